"""The visitors' files: bounded while the page runs, gone after it however it ends."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from filelock import FileLock
from web_visitor import Visitor

pytest.importorskip('gradio', reason='the web page needs gradio')

from lsmatting_plugin.web import folder as folders


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """A folder for temporary files of its own."""
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    return tmp_path


def left(parent: Path, name: str, *, with_lock: bool = True) -> Path:
    """What a killed server leaves."""
    path = parent / f'lsmatting-web-{name}'
    (path / 'sub').mkdir(parents=True)
    (path / 'sub' / 'photo.png').write_bytes(b'0')
    if with_lock:
        folders.lock_of(path).touch()
    return path


def test_the_folder_is_for_its_owner_and_goes_with_the_page(temporary):
    with folders.working_folder(10) as folder:
        (folder.new() / 'a').write_bytes(b'0')
        assert folder.path.stat().st_mode & 0o777 == 0o700
        assert folder.path.parent == temporary

    assert list(temporary.iterdir()) == []


def test_what_a_killed_server_left_is_removed_and_nothing_else(temporary):
    dead, running = left(temporary, 'dead'), left(temporary, 'running')
    foreign = left(temporary, 'foreign', with_lock=False)
    private = temporary / 'private'
    private.mkdir()
    (private / 'a').touch()
    link = temporary / 'lsmatting-web-link'
    link.symlink_to(private)
    folders.lock_of(link).touch()

    with FileLock(folders.lock_of(running)), folders.working_folder(10) as own:
        assert not dead.exists()
        assert not folders.lock_of(dead).exists()
        for path in (running / 'sub', foreign / 'sub', private / 'a', link, own.path):
            assert path.exists()


def test_files_of_other_users_stay(temporary, monkeypatch):
    dead = left(temporary, 'dead')
    monkeypatch.setattr(os, 'getuid', lambda: 12345)

    folders.remove_leftovers(temporary)

    assert dead.exists()


def stored(folder: folders.Folder, age: float, size: int) -> Path:
    path = folder.new() / 'a'
    path.write_bytes(bytes(size))
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_the_oldest_go_until_the_rest_fits(tmp_path):
    folder = folders.Folder(tmp_path, max_bytes=100)
    paths = [stored(folder, age, 40) for age in (5, 30, 10)]

    folder.make_room(20)

    assert [path.exists() for path in paths] == [True, False, True]
    assert not paths[1].parent.exists()
    folder.make_room(100)
    assert list(tmp_path.iterdir()) == []


def test_the_old_go_though_there_is_room_and_examples_stay(tmp_path):
    folder = folders.Folder(tmp_path, max_bytes=100)
    example = tmp_path / folders.EXAMPLES / 'hair.png'
    example.parent.mkdir()
    example.write_bytes(bytes(500))
    os.utime(example, (0, 0))
    old, new = (stored(folder, age, 1) for age in (folders.MAX_AGE + 60, folders.MAX_AGE - 60))

    folder.make_room(now=time.time())

    assert [path.exists() for path in (old, new, example)] == [False, True, True]


def test_the_folder_is_looked_at_now_and_then(temporary, monkeypatch):
    monkeypatch.setattr(folders, 'TIDYING', 0.05)
    with folders.working_folder(10) as folder:
        path = stored(folder, folders.MAX_AGE + 60, 1)
        until = time.monotonic() + 5
        while path.exists() and time.monotonic() < until:
            time.sleep(0.02)

        assert not path.exists()


def test_what_is_in_the_folder(tmp_path):
    folder = folders.Folder(tmp_path / 'web', max_bytes=100)
    folder.path.mkdir()
    own, other = stored(folder, 0, 1), tmp_path / 'other'
    other.touch()
    (folder.path / 'link').symlink_to(other)
    (folder.path / 'linked').symlink_to(own.parent)

    assert folder.holds(str(own))
    for name in (other, folder.path / 'link', folder.path / 'linked' / 'a', own.parent, 'a', '',
                 own.parent / '..' / own.parent.name / 'a', 'a\0b', 'a' * 10_000):  # fmt: skip
        assert not folder.holds(str(name))


def start_command(temporary: Path) -> tuple[subprocess.Popen, Visitor]:
    program = 'from lsmatting_plugin.cli import main; raise SystemExit(main())'
    command = [sys.executable, '-c', program, 'serve', '--port', '0']
    environment = {**os.environ, 'TMPDIR': str(temporary), 'OMP_NUM_THREADS': '1'}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    return process, Visitor(process.stdout.readline().split()[4])


@pytest.mark.slow
def test_a_killed_server_is_cleaned_up_after_and_a_stopped_one_cleans_up(tmp_path):
    killed, visitor = start_command(tmp_path)
    visitor.upload(b'0')
    killed.kill()
    killed.wait()
    [behind] = [path for path in tmp_path.iterdir() if path.is_dir()]

    stopped, visitor = start_command(tmp_path)
    assert not behind.exists()
    visitor.call(('examples', 'select'), event_data={'index': 1})
    visitor.join(('run', 'click'), None, 'white', '#ffffff', None)
    stopped.send_signal(signal.SIGTERM)

    assert stopped.wait(timeout=15) == 0
    assert list(tmp_path.iterdir()) == []
