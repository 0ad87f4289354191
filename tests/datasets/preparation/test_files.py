import os
import re

import pytest

from lsmatting_plugin.datasets.preparation import files, make_own_folder, place


@pytest.fixture
def source(tmp_path):
    path = tmp_path / 'source/a.png'
    path.parent.mkdir()
    path.write_bytes(b'source')
    return path


def test_a_file_is_linked(source, tmp_path):
    place(source, tmp_path / 'new/b.png')
    assert (tmp_path / 'new/b.png').resolve() == source
    place(source, tmp_path / 'new/b.png')
    assert [path.name for path in (tmp_path / 'new').iterdir()] == ['b.png']


def test_a_copy_is_independent(source, tmp_path):
    place(source, tmp_path / 'b.png', copies=True)
    (tmp_path / 'b.png').write_bytes(b'other')
    assert source.read_bytes() == b'source'
    place(source, tmp_path / 'b.png', copies=True)
    assert (tmp_path / 'b.png').read_bytes() == b'source'


@pytest.mark.parametrize('copies', [False, True])
def test_what_a_link_led_to_is_never_written(source, tmp_path, copies):
    other = tmp_path / 'other.png'
    other.write_bytes(b'other')
    (tmp_path / 'b.png').symlink_to(other)
    place(source, tmp_path / 'b.png', copies)
    assert other.read_bytes() == b'other'
    assert (tmp_path / 'b.png').read_bytes() == b'source'
    assert (tmp_path / 'b.png').is_symlink() is not copies


@pytest.fixture
def without_symlinks(monkeypatch):
    monkeypatch.setattr(files, '_symlinks', lambda *_: False)


def test_without_the_right_to_link_a_file_gets_a_hard_link(source, tmp_path, without_symlinks):
    place(source, tmp_path / 'b.png')
    assert not (tmp_path / 'b.png').is_symlink()
    assert os.path.samefile(source, tmp_path / 'b.png')


def test_a_copy_takes_the_place_of_a_hard_link(source, tmp_path, without_symlinks):
    place(source, tmp_path / 'b.png')
    place(source, tmp_path / 'b.png', copies=True)
    assert not os.path.samefile(source, tmp_path / 'b.png')
    assert (tmp_path / 'b.png').read_bytes() == b'source'


def test_what_a_hard_link_led_to_is_never_written(source, tmp_path, without_symlinks):
    other = tmp_path / 'other.png'
    other.write_bytes(b'other')
    place(other, tmp_path / 'b.png')
    place(source, tmp_path / 'b.png')
    assert other.read_bytes() == b'other'
    assert (tmp_path / 'b.png').read_bytes() == b'source'


def test_without_any_links_a_file_is_copied(source, tmp_path, without_symlinks, monkeypatch):
    monkeypatch.setattr(files, '_hard_links', lambda *_: False)
    place(source, tmp_path / 'b.png')
    assert not os.path.samefile(source, tmp_path / 'b.png')
    assert (tmp_path / 'b.png').read_bytes() == b'source'


@pytest.mark.parametrize('has_its_size', [False, True])
def test_a_folder_is_never_replaced(source, tmp_path, has_its_size):
    (tmp_path / 'b.png').mkdir()
    if has_its_size:  # as the file system counts
        source.write_bytes(bytes((tmp_path / 'b.png').stat().st_size))
    with pytest.raises(FileExistsError, match=r'b\.png is a folder already'):
        place(source, tmp_path / 'b.png')


def test_an_own_folder_may_hold_what_belongs_there(tmp_path):
    folder = tmp_path / 'new/fg'
    make_own_folder(folder, ['a.png', 'b.png'])
    for name in ('a.png', 'notes.txt', '.b.png.1.part'):
        (folder / name).touch()
    make_own_folder(folder, ['a.png', 'b.png'])


def test_a_linked_folder_is_refused(source, tmp_path):
    (tmp_path / 'fg').symlink_to(source.parent)
    with pytest.raises(ValueError, match=f'fg is a link to {re.escape(str(source.parent))}'):
        make_own_folder(tmp_path / 'fg', ['a.png'])


def test_images_of_another_set_are_refused(source):
    with pytest.raises(ValueError, match=r'holds 1 images that do not belong.* a\.png'):
        make_own_folder(source.parent, ['b.png'])


@pytest.mark.parametrize('copies', [False, True])
def test_a_name_may_be_as_long_as_a_file_system_allows(source, tmp_path, copies):
    target = tmp_path / ('x' * 255)
    place(source, target, copies)
    assert target.read_bytes() == b'source'
