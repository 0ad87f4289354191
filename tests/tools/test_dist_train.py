"""Jobs of several processes, as tools/dist_train.sh and slurm_train.sh start them, over gloo.

All of them train two processes on three batches an epoch, for two epochs, so that each must end
with the weights of the others, bit for bit.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch
from command_line import ROOT, write_config
from mmengine.config import Config

from lsmatting_plugin.engine.launch import build_runner

TIME_LIMIT = 240  # seconds; a job takes 10 on an idle machine

KILLER = """
import atexit, multiprocessing, os, pathlib, signal
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

@HOOKS.register_module()
class Killer(Hook):
    '''Kills process KILL, or the process that loads its images, within the second epoch.'''

    def after_train_iter(self, runner, *args, **kwargs):
        victim = os.environ.get('KILL')
        if runner.iter == 4 and victim in (str(get_rank()), 'loader'):
            children = multiprocessing.active_children() if victim == 'loader' else []
            os.kill(children[0].pid if children else os.getpid(), signal.SIGKILL)

    def after_run(self, runner):
        atexit.register(tell_threads)

def tell_threads():
    names = [path.read_text().strip() for path in pathlib.Path('/proc/self/task').glob('*/comm')]
    print(f'threads at the end: {names}')
"""

# One process of torchrun's, as far as it looks after its end; the other is torchrun.
PROCESSES = """
import os, time
from lsmatting_plugin.engine.process_group import end_with_launcher
process = os.fork()
if process == 0:
    end_with_launcher()
    print('watches', flush=True)
    time.sleep(60)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
"""

# Starts the tasks as slurm does: each with its number, all with the list of machines.
SRUN = """#!/usr/bin/env bash
echo "$@" > "$(dirname "$0")/srun_arguments"
while [[ $1 == -* ]]; do
    [[ $1 == -p ]] && shift
    [[ $1 == --ntasks=* ]] && tasks=${1#*=}
    shift
done
export SLURM_JOB_ID=$$ SLURM_STEP_ID=0 SLURM_NTASKS=$tasks SLURM_NODELIST='machine[1-2]'
for ((task = 0; task < tasks; task++)); do
    SLURM_PROCID=$task SLURM_LOCALID=$task "$@" &
done
status=0
for ((task = 0; task < tasks; task++)); do wait -n || status=$?; done
exit $status
"""
SCONTROL = """#!/usr/bin/env bash
[ "$*" = 'show hostnames machine[1-2]' ] && printf '127.0.0.1\\nmachine2\\n'
"""


@pytest.fixture(scope='module')
def config(make_tiny_cfg, tmp_path_factory):
    """A config file of a tiny training that is killed on request, see KILLER."""
    folder = tmp_path_factory.mktemp('config')
    cfg = make_tiny_cfg('unused')
    cfg.train_dataloader.batch_size = 1
    cfg.val_evaluator = [dict(type='SAD'), dict(type='MattingMSE')]
    cfg.train_cfg.val_interval = 2
    cfg.custom_imports.imports = ['lsmatting_plugin', 'killer']
    cfg.custom_hooks = [*cfg.custom_hooks, dict(type='mmengine.Killer')]
    (folder / 'killer.py').write_text(KILLER)
    return write_config(cfg, folder / 'tiny.py')


@pytest.fixture(scope='module')
def begin(config):
    """Start a command with variables in its environment; what still runs at the end is ended."""
    started = []

    def start(*command, **variables):
        environment = {
            **os.environ,
            'PYTHON': sys.executable,
            'PYTHONPATH': str(config.parent),
            'OMP_NUM_THREADS': '1',
            **variables,
        }
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def finish(process):
    """What a command printed; it has ended by itself."""
    return process.communicate(timeout=TIME_LIMIT)[0]


def finish_well(process):
    printed = finish(process)
    assert process.returncode == 0, printed[-4000:]
    return printed


def weights(work_dir):
    checkpoint = torch.load(work_dir / 'epoch_2.pth', weights_only=True)
    assert checkpoint['meta']['iter'] == 6
    return checkpoint['state_dict']


def assert_equal_weights(work_dir, other):
    found, expected = weights(work_dir), weights(other)
    assert found.keys() == expected.keys()
    assert [key for key in expected if not torch.equal(found[key], expected[key])] == []


@pytest.fixture(scope='module')
def uninterrupted(begin, config, tmp_path_factory):
    """The work folder of a finished job of two processes, and what it printed."""
    work_dir = tmp_path_factory.mktemp('uninterrupted')
    job = begin('bash', 'tools/dist_train.sh', config, 2, '--work-dir', work_dir)
    return SimpleNamespace(work_dir=work_dir, printed=finish_well(job))


@pytest.fixture(scope='module')
def killed(begin, config, tmp_path_factory):
    """The work folder of a job whose second process is killed in mid-epoch, and what it printed."""
    work_dir = tmp_path_factory.mktemp('killed')
    job = begin('bash', 'tools/dist_train.sh', config, 2, '--work-dir', work_dir, KILL='1')
    printed = finish(job)
    return SimpleNamespace(work_dir=work_dir, printed=printed, status=job.returncode)


def test_a_job_warns_of_nothing(uninterrupted):
    assert 'warn' not in uninterrupted.printed.lower()
    assert '2 images a step; the learning rate of this config is meant for 4' in (
        uninterrupted.printed
    )


def test_no_thread_of_gloo_outlives_the_group(uninterrupted):
    """It would abort the process where it clears away a tensor while Python shuts down."""
    assert uninterrupted.printed.count('threads at the end: ') == 2
    assert 'gloo' not in uninterrupted.printed


def test_validation_scores_what_the_checkpoint_holds(uninterrupted, config):
    """Each process has batch norm statistics of its own, and a share of the images."""
    [log] = uninterrupted.work_dir.glob('*/vis_data/scalars.json')
    logged = json.loads(log.read_text().splitlines()[-1])
    cfg = Config.fromfile(config, import_custom_modules=False)
    cfg.custom_imports.imports.remove('killer')
    cfg.custom_hooks.pop()
    cfg.test_evaluator = cfg.val_evaluator
    cfg.work_dir = str(uninterrupted.work_dir / 'tested')
    cfg.load_from = str(uninterrupted.work_dir / 'epoch_2.pth')

    scores = build_runner(cfg).test()

    for metric in ('SAD', 'MattingMSE'):
        assert logged[metric] == pytest.approx(scores[metric], rel=1e-4)


def test_a_killed_process_ends_the_job_and_is_named(killed):
    assert killed.status == 1
    *_, reason, advice = killed.printed.splitlines()
    assert reason.startswith('Process 1 (pid ') and 'was killed by SIGKILL' in reason
    assert advice == (
        f'The last checkpoint is {killed.work_dir}/epoch_1.pth: the same command with --resume '
        'goes on from it.'
    )


@pytest.mark.slow
def test_a_killed_job_resumes_to_the_weights_of_the_uninterrupted_one(
    killed, uninterrupted, begin, config
):
    job = begin('bash', 'tools/dist_train.sh', config, 2, '--work-dir', killed.work_dir, '--resume')

    assert 'resumed epoch: 1, iter: 3' in finish_well(job)
    assert_equal_weights(killed.work_dir, uninterrupted.work_dir)


@pytest.mark.slow
def test_two_machines_form_one_job(uninterrupted, begin, config, tmp_path):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    machines = [
        begin(
            *('bash', 'tools/dist_train.sh', config, 1, '--work-dir', tmp_path),
            **dict(NNODES='2', NODE_RANK=rank, MASTER_ADDR='127.0.0.1', PORT=port),
        )
        for rank in '01'
    ]

    first, second = (finish_well(machine) for machine in machines)

    assert 'Epoch(train) [2][3/3]' in first
    assert 'Epoch' not in second  # one log is enough
    assert_equal_weights(tmp_path, uninterrupted.work_dir)


@pytest.mark.slow
def test_slurm_starts_the_processes(uninterrupted, begin, config, tmp_path):
    for name, script in (('srun', SRUN), ('scontrol', SCONTROL)):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    job = begin(
        *('bash', 'tools/slurm_train.sh', 'gpu', 'name', config, tmp_path / 'work'),
        GPUS='2',
        SRUN_ARGS='--signal=TERM@120 --exclusive',
        PATH=f'{tmp_path}:{os.environ["PATH"]}',
    )

    finish_well(job)

    assert_equal_weights(tmp_path / 'work', uninterrupted.work_dir)
    arguments = (tmp_path / 'srun_arguments').read_text()
    assert arguments.startswith('-p gpu --job-name=name --gres=gpu:2 --ntasks=2 ')
    assert '--signal=TERM@120 --exclusive' in arguments


def test_a_killed_loader_ends_the_training_in_words(begin, config, tmp_path):
    job = begin(
        *(sys.executable, 'tools/train.py', config, '--work-dir', tmp_path),
        *('--cfg-options', 'train_dataloader.num_workers=1', 'train_dataloader.batch_size=2'),
        KILL='loader',
    )

    printed = finish(job)

    assert job.returncode == 1
    assert 'Traceback' not in printed
    *_, reason, advice = printed.splitlines()
    assert reason.startswith('DataLoader worker (pid ') and 'is killed by signal: Killed' in reason
    assert 'train_dataloader.num_workers=1' in reason
    assert advice.startswith(f'The last checkpoint is {tmp_path}/interrupted.pth: the same command')


def test_a_process_does_not_outlive_its_launcher(begin):
    launcher = begin(sys.executable, '-c', PROCESSES)
    assert launcher.stdout.readline() == 'watches\n'

    launcher.kill()

    launcher.communicate(timeout=20)  # the pipe ends with the last who can write to it


def test_a_process_whose_launcher_is_gone_before_it_looks_ends_at_once(begin):
    job = begin(sys.executable, '-c', PROCESSES, LSMATTING_LAUNCHER_PID='1000000000')

    assert finish(job).split()[-1] == '1'


@pytest.mark.parametrize('missing', ['NODE_RANK', 'MASTER_ADDR'])
def test_a_machine_must_know_its_place(begin, config, missing):
    variables = dict(NNODES='2', NODE_RANK='0', MASTER_ADDR='127.0.0.1')
    del variables[missing]

    job = begin('bash', 'tools/dist_train.sh', config, 1, **variables)

    assert f'NNODES is set, but not {missing}' in finish(job)
    assert job.returncode == 1
