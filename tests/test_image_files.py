import pytest

from lsmatting_plugin.image_files import images_by_stem


@pytest.fixture
def folder(tmp_path):
    for name in ('a.png', 'b.txt', '.c.png', 'sub/a.jpg'):
        path = tmp_path / 'images' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / 'images'


def stems(folder, recursive):
    return list(images_by_stem(folder, 'images', 'No advice.', recursive))


def test_images_of_the_folder_alone_or_of_those_below_too(folder):
    assert stems(folder, recursive=False) == ['a']
    assert stems(folder, recursive=True) == ['a', 'sub/a']


def test_linked_folders_are_read_and_loops_end(folder, tmp_path):
    (tmp_path / 'linked').mkdir()
    (tmp_path / 'linked/d.png').touch()
    (folder / 'link').symlink_to(tmp_path / 'linked')
    (folder / 'sub/loop').symlink_to(folder)
    assert stems(folder, recursive=True) == ['a', 'link/d', 'sub/a']
