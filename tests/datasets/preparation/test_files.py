import pytest

from lsmatting_plugin.datasets.preparation import files, place


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


def test_without_the_right_to_link_a_file_is_copied(source, tmp_path, monkeypatch):
    monkeypatch.setattr(files, '_links', lambda *_: False)
    place(source, tmp_path / 'b.png')
    assert not (tmp_path / 'b.png').is_symlink()
    assert (tmp_path / 'b.png').read_bytes() == b'source'


def test_a_folder_can_be_linked_and_never_replaces_another(source, tmp_path):
    place(source.parent, tmp_path / 'linked')
    assert (tmp_path / 'linked/a.png').read_bytes() == b'source'
    (tmp_path / 'own').mkdir()
    with pytest.raises(FileExistsError, match='own is a folder already'):
        place(source.parent, tmp_path / 'own')
