"""Trainings in a container that has next to no shared memory, against one that has plenty."""

import subprocess
import sys

import pytest
import torch
from command_line import ROOT


@pytest.fixture(scope='module', autouse=True)
def need_namespaces():
    if sys.platform != 'linux' or subprocess.run(['unshare', '-m', 'true']).returncode != 0:
        pytest.skip('no right to mount a file system')


@pytest.fixture
def train(end, tiny_config, tmp_path):
    """Train in a mount namespace of its own, where /dev/shm has this size."""

    def run(size):
        work_dir = tmp_path / size
        mount = f'mount -t tmpfs -o size={size} tmpfs /dev/shm && exec "$@"'
        tool = (sys.executable, ROOT / 'tools/train.py', tiny_config, '--work-dir', work_dir)
        # Batches of 6 x 128 x 128 px are 500 kB.
        changes = ('--cfg-options', 'train_dataloader.batch_size=6')
        command = ('unshare', '-m', 'sh', '-c', mount, 'sh', *tool, *changes)
        return *end(*command), work_dir

    return run


@pytest.mark.slow
def test_batches_that_find_no_room_take_a_slower_way(train):
    status, lines, little = train('256k')
    assert status == 0, lines[-20:]
    assert 1 <= len([line for line in lines if 'docker run --shm-size' in line]) <= 3
    *_, plenty = train('1g')

    found, expected = (
        torch.load(folder / 'epoch_2.pth', weights_only=True)['state_dict']
        for folder in (little, plenty)
    )
    assert [name for name in expected if not torch.equal(found[name], expected[name])] == []


@pytest.mark.slow
def test_where_not_even_the_processes_find_room_that_is_said(train):
    status, lines, _ = train('16k')

    assert status == 1
    assert 'num_workers=0' in lines[-1] and '/dev/shm' in lines[-1]  # torch may complain before
