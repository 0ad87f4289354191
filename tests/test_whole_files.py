import os
import time

import pytest
from leftovers import half_written

from lsmatting_plugin import whole_files
from lsmatting_plugin.whole_files import partial_path, remove_leftovers, write_file


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / 'file'
    write_file(b'old', path)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr('os.replace', interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(b'new', path)

    assert path.read_bytes() == b'old'
    assert names(tmp_path) == ['file']


@pytest.mark.parametrize('name', ['a.png', 'no suffix', 'x' * 255, 'ü' * 127])
def test_a_temporary_name_is_hidden_and_fits_the_file_system(tmp_path, name):
    partial = partial_path(tmp_path / name)
    partial.write_bytes(b'half')
    assert partial.parent == tmp_path
    assert partial.name.startswith('.') and partial.name.endswith('.part')
    assert partial != partial_path(tmp_path / 'another')


def test_what_killed_processes_were_writing_is_removed_in_folders_below_too(tmp_path):
    (tmp_path / 'below').mkdir()
    for path in (tmp_path / 'a.pth', tmp_path / 'below/b.png', tmp_path / ('x' * 255)):
        half_written(path)
    (tmp_path / 'below/whole.png').write_bytes(b'whole')
    remove_leftovers(tmp_path)
    assert names(tmp_path) == ['below']
    assert names(tmp_path / 'below') == ['whole.png']


@pytest.fixture
def unfinished(tmp_path, monkeypatch):
    """What living processes write here: this one and its parent; and one of another machine."""
    partials = [partial_path(tmp_path / 'this.png')]
    with monkeypatch.context() as patch:
        patch.setattr('os.getpid', os.getppid)
        partials.append(partial_path(tmp_path / 'parent.png'))
        patch.setattr(whole_files, '_machine', lambda: '01234567')
        partials.append(half_written(tmp_path / 'elsewhere.png'))
    for partial in partials:
        partial.write_bytes(b'half')
    return partials


def test_what_others_are_writing_stays(tmp_path, unfinished):
    remove_leftovers(tmp_path)
    assert all(partial.exists() for partial in unfinished)


def test_what_is_a_day_old_is_removed_whoever_wrote_it(tmp_path, unfinished, monkeypatch):
    tomorrow = time.time() + 25 * 60 * 60
    monkeypatch.setattr('time.time', lambda: tomorrow)
    remove_leftovers(tmp_path)
    assert names(tmp_path) == []


def test_a_leftover_that_vanishes_meanwhile_is_no_error(tmp_path, monkeypatch):
    half_written(tmp_path / 'a.png')
    is_dead = whole_files._has_dead_writer

    def removes_it_too(partial):
        partial.unlink()
        return is_dead(partial)

    monkeypatch.setattr(whole_files, '_has_dead_writer', removes_it_too)
    remove_leftovers(tmp_path)
    assert names(tmp_path) == []
