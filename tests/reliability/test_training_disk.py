"""Trainings that find no place to write, and two that want the same one."""

import os
import runpy
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from command_line import ROOT

from lsmatting_plugin.engine import work_dir_lock as lock_module
from lsmatting_plugin.engine.work_dir_lock import NAME, WorkDirError, work_dir_lock


@contextmanager
def small_disk(folder, options):
    """A file system of its own in a folder, as full or as read-only as the options make it."""
    folder.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder]
    if sys.platform != 'linux' or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip('no right to mount a file system')
    try:
        yield folder
    finally:
        subprocess.run(['umount', '--lazy', folder], check=True)


@pytest.fixture
def run(monkeypatch):
    """Run a tool in this process; returns what it ends with, a line or a status."""
    monkeypatch.setattr(lock_module, 'PATIENCE', 0)
    monkeypatch.setattr('mmengine.config.config.FormatCode', lambda text, **_: (text, False))

    def run(tool, *words):
        monkeypatch.setattr(sys, 'argv', [str(word) for word in (ROOT / 'tools' / tool, *words)])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(sys.argv[0], run_name='__main__')
        return end.value.code

    return run


@pytest.fixture
def train(run, tiny_config):
    """Run tools/train.py in a work folder."""
    return lambda work_dir: run('train.py', tiny_config, '--work-dir', work_dir)


@pytest.mark.parametrize(
    'options, reason',
    [('size=4k', 'No space left on device'), ('size=1m,ro', 'Read-only file system')],
)
def test_a_training_that_cannot_write_says_so_before_it_begins(train, tmp_path, options, reason):
    with small_disk(tmp_path / 'disk', options) as disk:
        work_dir = disk / 'run'
        assert train(work_dir) == (
            f'{work_dir}, the work folder, cannot be written ({reason}): free the disk, or choose '
            'another --work-dir'
        )


def test_a_file_in_place_of_the_work_folder_is_named(train, tmp_path):
    (tmp_path / 'run').write_text('')

    assert str(tmp_path / 'run') in train(tmp_path / 'run')


@contextmanager
def other_training(work_dir):
    """A process that has the lock of a work folder."""
    pid = os.fork()
    if pid == 0:
        with work_dir_lock(work_dir):
            signal.pause()
    while not (work_dir / NAME).is_file() or not (work_dir / NAME).read_text():
        time.sleep(0.01)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_a_second_training_in_a_work_folder_is_refused(train, tmp_path):
    with other_training(tmp_path) as pid:
        message = train(tmp_path)

    assert f'{tmp_path} is in use by another training (process {pid} on ' in message
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_one_that_was_killed_does_not_stand_in_the_way(tmp_path, monkeypatch):
    monkeypatch.setattr(lock_module, 'PATIENCE', 0)
    refused = pytest.raises(WorkDirError, match='in use')
    with other_training(tmp_path), refused, work_dir_lock(tmp_path):
        pass

    with work_dir_lock(tmp_path):
        assert (tmp_path / NAME).read_text().startswith(f'process {os.getpid()} on ')


def test_one_that_is_about_to_end_is_waited_for(tmp_path):
    with other_training(tmp_path) as pid:
        subprocess.Popen(['sh', '-c', f'sleep 0.3; kill -9 {pid}'])
        with work_dir_lock(tmp_path):
            pass


def test_a_disk_without_locks_keeps_nobody_out(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(lock_module.errno.ENOLCK, 'No locks available')

    monkeypatch.setattr(lock_module.fcntl, 'flock', refuse)

    with work_dir_lock(tmp_path), work_dir_lock(tmp_path):
        pass


def test_results_that_cannot_be_written_are_named(run, tiny_aim, tmp_path):
    with small_disk(tmp_path / 'disk', 'size=4k') as disk:
        (disk / 'filler').write_bytes(bytes(4096))
        words = ('--work-dir', tmp_path / 'run', '--out', disk / 'results.json')
        changes = (
            f'test_dataloader.dataset.data_root={tiny_aim}/test',
            'test_dataloader.num_workers=0',
        )
        config = ROOT / 'configs/baselines/trivial.py'
        message = run('test.py', config, *words, '--cfg-options', *changes)

    assert message == f'{disk}/results.json could not be written: No space left on device'
    [log] = (tmp_path / 'run').glob('*/*.log')
    assert 'SAD: ' in log.read_text()  # hours of work are not lost
