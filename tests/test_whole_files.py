import pytest

from lsmatting_plugin.whole_files import write_file


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / 'file'
    write_file(b'old', path)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr('os.replace', interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(b'new', path)

    assert path.read_bytes() == b'old'
    assert [file.name for file in tmp_path.iterdir()] == ['file']
