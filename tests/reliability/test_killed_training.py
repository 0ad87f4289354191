"""Trainings that are killed (kill -9) again and again, against the one that is not.

The moments are drawn from a seed: any time at all, and those that last milliseconds, such as while
a checkpoint is written or when it has just got its name.
"""

import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from command_line import ROOT
from same import same

from lsmatting_plugin.visualization.training_curves import SCALARS, read_run, read_scalars

KILLS = 10
EPOCHS = 8
LONGEST = 12  # seconds after which a process is killed if its moment has not come
# Files of the work folder that appear, or change, at a moment worth a kill.
MOMENTS = (
    '.epoch_*.part',  # a checkpoint is being written
    '.best_*.part',
    '.last_checkpoint*.part',
    'epoch_*.pth',  # one stands; it is to be noted, and an older one to be removed
    'best_*.pth',
    'last_checkpoint',
    'validation/*.jpg',
    None,  # any time
)


def snapshot(work_dir, pattern):
    """The files of a pattern, and when they changed."""
    found = {}
    for path in work_dir.glob(pattern):
        with suppress(FileNotFoundError):
            found[path] = path.stat().st_mtime_ns
    return found


def wait_for(moment, work_dir, process, draw):
    """Waits for a moment of the run; the first ones are let pass at random."""
    deadline = time.monotonic() + (draw.uniform(0, LONGEST) if moment is None else LONGEST)
    to_pass = draw.randrange(3)
    seen = snapshot(work_dir, moment) if moment else {}
    while time.monotonic() < deadline and process.poll() is None:
        if moment is None:
            time.sleep(0.01)
            continue
        now = snapshot(work_dir, moment)
        if any(seen.get(path) != changed for path, changed in now.items()):
            if to_pass == 0:
                return
            to_pass -= 1
        seen = now
        time.sleep(0.0005)


def survivors(process, work_dir):
    """What runs of a training that was killed, as command lines by process id.

    torchrun gives its processes groups of their own, but they name the work folder.
    """
    found = {}
    for folder in Path('/proc').glob('[0-9]*'):
        with suppress(ProcessLookupError, FileNotFoundError):  # it has just ended
            command = (folder / 'cmdline').read_bytes().replace(b'\0', b' ').decode()
            is_theirs = os.getpgid(int(folder.name)) == process.pid or str(work_dir) in command
            state = (folder / 'stat').read_text().rpartition(')')[2].split()[0]
            if is_theirs and state != 'Z':
                found[int(folder.name)] = command
    return found


def kill(process, work_dir, with_workers):
    """Kills a training; processes that are spared must end by themselves."""
    if with_workers:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    end = time.monotonic() + 30
    while left := survivors(process, work_dir):
        assert time.monotonic() < end, f'{left} outlive the training'
        time.sleep(0.05)


def checkpoint(path):
    return torch.load(path, weights_only=True)


def metrics(run):
    """What was logged of each step that does not depend on the clock."""
    return [
        {
            step: {key: value for key, value in entry.items() if 'time' not in key}
            for step, entry in logs.items()
        }
        for logs in (run.train, run.val)
    ]


def require_equal_ends(work_dir, expected_dir):
    """The same files with the same weights, state and history, and nothing else."""
    names, expected_names = (
        sorted(path.name for path in folder.glob('*.pth')) for folder in (work_dir, expected_dir)
    )
    assert names == expected_names
    last, expected_last = (
        (folder / 'last_checkpoint').read_text() for folder in (work_dir, expected_dir)
    )
    assert last == str(work_dir / f'epoch_{EPOCHS}.pth')
    found, expected = checkpoint(last), checkpoint(expected_last)
    for key in expected.keys() - {'meta', 'message_hub'}:
        assert same(found[key], expected[key]), key
    assert found.keys() == expected.keys()
    assert found['meta']['iter'] == expected['meta']['iter']
    hubs = [content['message_hub'] for content in (found, expected)]
    scalars = [
        {key: value for key, value in hub['log_scalars'].items() if 'time' not in key}
        for hub in hubs
    ]
    assert same(*scalars)
    for key in ('best_score', 'keep_ckpt_ids', 'is_validation_due', 'superseded_ckpts'):
        assert hubs[0]['runtime_info'][key] == hubs[1]['runtime_info'][key], key
    assert metrics(read_run(work_dir)) == metrics(read_run(expected_dir))
    assert list(work_dir.rglob('*.part')) == []


def require_no_line_twice(work_dir):
    for file in work_dir.glob(f'*/{SCALARS}'):
        entries, _ = read_scalars(file)
        steps = [('iter' in entry, entry['step']) for entry in entries]
        assert len(steps) == len(set(steps)), file


@pytest.fixture
def trainings(start, tiny_config, tmp_path):
    """The command of a kind of training, one run of it that nothing disturbs, and one to kill."""

    def prepare(*command, **settings):
        settings = {'train_cfg.max_epochs': EPOCHS, **settings}
        changes = ('--cfg-options', *(f'{key}={value}' for key, value in settings.items()))
        whole, killed = tmp_path / 'whole', tmp_path / 'killed'

        def begin(work_dir):
            # In the folder of the test, for the image cache.
            words = (*command, '--resume', '--work-dir', work_dir, *changes)
            return start(*words, cwd=tmp_path)

        process = begin(whole)
        assert process.wait(timeout=300) == 0, process.printed.read_text()[-3000:]
        return SimpleNamespace(whole=whole, killed=killed, begin=begin)

    def train(*options):
        return (sys.executable, ROOT / 'tools/train.py', tiny_config, *options)

    def train_together(*options):
        return ('bash', ROOT / 'tools/dist_train.sh', tiny_config, 2, *options)

    return SimpleNamespace(prepare=prepare, train=train, train_together=train_together)


def train_through_kills(trainings, seed, kills=KILLS):
    """Starts the training until it ends, and kills it so many times first."""
    draw = random.Random(seed)
    for number in range(kills):
        process = trainings.begin(trainings.killed)
        wait_for(draw.choice(MOMENTS), trainings.killed, process, draw)
        kill(process, trainings.killed, with_workers=draw.random() < 0.5)
        note = trainings.killed / 'last_checkpoint'
        if note.exists():
            assert 'optimizer' in checkpoint(note.read_text()), f'kill {number}'
    process = trainings.begin(trainings.killed)
    status = process.wait(timeout=300)
    assert status == 0, process.printed.read_text()[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize(
    'seed, options', [(0, ()), (1, ()), (2, ('--ema', '0.1', '--image-cache', '1'))]
)
def test_a_training_killed_ten_times_ends_as_if_nothing_had_been(
    trainings, seed, options, tmp_path
):
    runs = trainings.prepare(*trainings.train(*options))

    train_through_kills(runs, seed)

    require_equal_ends(runs.killed, runs.whole)
    require_no_line_twice(runs.killed)
    assert list(tmp_path.glob('work_dirs/image_cache/*.part')) == []


@pytest.mark.slow
def test_two_processes_killed_ten_times_end_as_if_nothing_had_been(trainings):
    runs = trainings.prepare(*trainings.train_together())

    train_through_kills(runs, seed=3)

    require_equal_ends(runs.killed, runs.whole)
