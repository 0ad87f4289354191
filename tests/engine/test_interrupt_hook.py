"""Runs that are interrupted and go on, against the one that is not."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import torch
from command_line import ROOT
from mmengine.hooks import Hook
from same import same

from lsmatting_plugin.engine import (
    AtomicLocalBackend,
    InterruptHook,
    TrainingStopped,
    interrupt_hook,
)
from lsmatting_plugin.engine.launch import build_runner

EMA = dict(type='EMAHook', momentum=0.1)
STEPS = dict(type='StepLR', by_epoch=True, step_size=1, gamma=0.5)


class Signal(Hook):
    """Sends a signal to this process at a stage of the run, as the scheduler would."""

    def __init__(self, stage, number, signum):
        self.number, self.signum = number, signum
        setattr(self, stage, self.send)

    def send(self, runner, **_):
        self.number -= 1
        if self.number == 0:
            signal.raise_signal(self.signum)


@pytest.fixture(scope='module')
def train(make_tiny_cfg):
    """Train for two epochs of three iterations, with a signal at a stage's n-th time."""

    def run(work_dir, kind='plain', at=None, signum=signal.SIGTERM, resume=False):
        cfg = make_tiny_cfg(work_dir, resume=resume)
        cfg.experiment_name = f'{work_dir}_{time.time_ns()}'  # else a resumed run shares its state
        if kind == 'averaged weights':
            cfg.custom_hooks.append(EMA)
        elif kind == 'rates by epoch':
            cfg.param_scheduler = STEPS
        elif kind == 'accumulated gradients':
            cfg.optim_wrapper.accumulative_counts = 3
        runner = build_runner(cfg)
        if at is not None:
            runner.register_hook(Signal(*at, signum))
        runner.train()

    return run


@pytest.fixture(scope='module')
def whole(train, tmp_path_factory):
    """The last checkpoint of the uninterrupted run of a kind."""
    made = {}

    def get(kind):
        if kind not in made:
            work_dir = tmp_path_factory.mktemp('whole')
            train(work_dir, kind)
            made[kind] = torch.load(work_dir / 'epoch_2.pth', weights_only=True)
        return made[kind]

    return get


def losses(checkpoint):
    return checkpoint['message_hub']['log_scalars']['train/loss']['log_history']


IN_EPOCH, BEFORE_VAL, IN_VAL = (
    ('before_train_iter', 2),
    ('after_train_epoch', 1),
    ('before_val_iter', 2),
)


@pytest.mark.parametrize(
    'kind, at, iteration',
    [
        ('plain', IN_EPOCH, 2),
        ('plain', ('before_train_iter', 4), 4),  # the first of the second epoch
        ('plain', BEFORE_VAL, 3),
        ('plain', IN_VAL, 3),
        ('averaged weights', IN_EPOCH, 2),
        ('averaged weights', IN_VAL, 3),
        ('rates by epoch', ('before_train_iter', 5), 5),
        ('accumulated gradients', ('before_train_iter', 1), 3),  # waits for the step
    ],
)
def test_goes_on_as_if_nothing_had_been(train, whole, tmp_path, logged, kind, at, iteration):
    before = [signal.getsignal(number) for number in interrupt_hook.SIGNALS]
    with pytest.raises(TrainingStopped) as stop:
        train(tmp_path, kind, at)

    assert stop.value.code == 143
    assert [signal.getsignal(number) for number in interrupt_hook.SIGNALS] == before
    [message] = [line for line in logged(tmp_path) if line.startswith('Interrupted')]
    path = tmp_path / 'interrupted.pth'
    assert f'(SIGTERM) after iteration {iteration} of 6. {path}' in message
    assert '--resume' in message
    assert (tmp_path / 'last_checkpoint').read_text() == str(path)
    assert torch.load(path, weights_only=True)['meta']['iter'] == iteration

    train(tmp_path, kind, resume=True)

    expected = whole(kind)
    resumed = torch.load(tmp_path / 'epoch_2.pth', weights_only=True)
    for key in ('state_dict', 'optimizer', 'param_schedulers'):
        assert same(resumed[key], expected[key]), key
    assert same(resumed.get('ema_state_dict'), expected.get('ema_state_dict'))
    assert same(losses(resumed), losses(expected))
    scores = [
        c['message_hub']['log_scalars']['val/SAD']['log_history'] for c in (resumed, expected)
    ]
    assert torch.equal(*scores)  # also of the validation that was cut short
    assert not path.exists()
    assert len(list(tmp_path.glob('best_SAD_*.pth'))) == 1


def test_ctrl_c_in_the_last_validation(train, whole, tmp_path):
    with pytest.raises(TrainingStopped) as stop:
        train(tmp_path, at=('before_val_iter', 6), signum=signal.SIGINT)
    assert stop.value.code == 130
    assert torch.load(tmp_path / 'interrupted.pth', weights_only=True)['meta']['iter'] == 6

    train(tmp_path, resume=True)

    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'epoch_2.pth')
    assert not (tmp_path / 'interrupted.pth').exists()
    resumed = torch.load(tmp_path / 'epoch_2.pth', weights_only=True)
    assert same(resumed['state_dict'], whole('plain')['state_dict'])
    assert len(resumed['message_hub']['log_scalars']['val/SAD']['log_history']) == 2


def test_interrupted_twice_and_resumed_twice(train, whole, tmp_path):
    for resume in (False, True):
        with pytest.raises(TrainingStopped):
            train(tmp_path, at=IN_EPOCH, resume=resume)
    train(tmp_path, resume=True)

    resumed = torch.load(tmp_path / 'epoch_2.pth', weights_only=True)
    assert same(resumed['state_dict'], whole('plain')['state_dict'])


def test_a_full_disk_leaves_the_checkpoint_before(train, tmp_path, logged, monkeypatch):
    put = AtomicLocalBackend.put

    def refuse(self, obj, filepath):
        if 'interrupted' in str(filepath):
            raise OSError(28, f'{filepath} could not be written')
        put(self, obj, filepath)

    monkeypatch.setattr(AtomicLocalBackend, 'put', refuse)
    with pytest.raises(TrainingStopped) as stop:
        train(tmp_path, at=('before_train_iter', 5))

    assert stop.value.code == 1
    assert f'Interrupted: --resume goes on from {tmp_path}/epoch_1.pth.' in logged(tmp_path)
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'epoch_1.pth')


def test_signals_are_given_back_after_an_error(make_tiny_cfg, tmp_path):
    before = [signal.getsignal(number) for number in interrupt_hook.SIGNALS]
    runner = build_runner(make_tiny_cfg(tmp_path))

    def fail(runner, **_):
        assert signal.getsignal(signal.SIGTERM) not in before
        raise ZeroDivisionError

    hook = Hook()
    hook.before_train_iter = fail
    runner.register_hook(hook)
    with pytest.raises(ZeroDivisionError):
        runner.train()

    assert [signal.getsignal(number) for number in interrupt_hook.SIGNALS] == before


def test_a_thread_trains_without_signals(train, tmp_path):
    thread = threading.Thread(target=train, args=(tmp_path,))
    thread.start()
    thread.join()

    assert (tmp_path / 'epoch_2.pth').is_file()


@pytest.mark.parametrize('seconds, is_obeyed', [(0.1, False), (5, True)])
def test_a_second_signal_ends_it_at_once_unless_it_is_the_first_again(
    monkeypatch, capfd, seconds, is_obeyed
):
    sent, now = [], [100.0]
    monkeypatch.setattr(os, 'kill', lambda pid, signum: sent.append(signum))
    monkeypatch.setattr(signal, 'signal', lambda *_: None)
    monkeypatch.setattr(time, 'monotonic', lambda: now[0])
    hook = InterruptHook()
    hook._note(signal.SIGTERM, None)
    now[0] += seconds
    hook._note(signal.SIGINT, None)

    assert sent == [signal.SIGINT] * is_obeyed
    assert hook.signum == signal.SIGTERM
    assert 'again to leave at once' in capfd.readouterr().err


@pytest.fixture
def start(tiny_aim, tmp_path):
    """Start a training command that has no end in sight; what it prints goes to a file."""
    settings = (
        *('model.encoder.base_channels=8', 'model.encoder.stem_channels=8'),
        *('model.decoder.channels=[8,8,8,8,8]', 'model.decoder.head_channels=4'),
        *('train_cfg.max_epochs=1000', 'train_cfg.val_interval=1000'),
        f'train_dataloader.dataset.data_root={tiny_aim}/train',
        *('train_dataloader.num_workers=1', 'train_dataloader.batch_size=1'),
        *(f'{part}_dataloader.dataset.data_root={tiny_aim}/test' for part in ('val', 'test')),
        *('default_hooks.logger.interval=1', 'default_hooks.checkpoint.interval=1000'),
    )
    started = []

    def run(*command):
        options = ('configs/lsm_r18_toy.py', '--work-dir', tmp_path / 'run', '--cfg-options')
        with open(tmp_path / 'printed', 'w') as printed:
            process = subprocess.Popen(
                [sys.executable, *map(str, (*command, *options, *settings))],
                cwd=ROOT,
                env={**os.environ, 'OMP_NUM_THREADS': '1'},
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        end = time.monotonic() + 120
        while 'Epoch(train)' not in (tmp_path / 'printed').read_text():
            assert process.poll() is None and time.monotonic() < end, printed_by()
            time.sleep(0.05)
        return process

    def printed_by():
        return (tmp_path / 'printed').read_text()[-3000:]

    yield run, printed_by
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_ctrl_c_ends_all_processes_without_a_word_too_many(start, tmp_path):
    run, printed = start
    process = run('tools/train.py')

    os.killpg(process.pid, signal.SIGINT)  # the terminal tells the loader's processes too
    assert process.wait(timeout=60) == 130, printed()

    assert 'Traceback' not in printed() and 'Error' not in printed(), printed()
    assert (tmp_path / 'run/last_checkpoint').read_text() == str(tmp_path / 'run/interrupted.pth')
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.slow
def test_several_processes_stop_at_one_iteration(start, tmp_path):
    run, printed = start
    torchrun = ('-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', '2')
    process = run(*torchrun, 'tools/train.py', '--launcher', 'pytorch')

    process.send_signal(signal.SIGTERM)  # which torchrun passes on, to their loaders too
    assert process.wait(timeout=60) != 0, printed()

    saved = torch.load(tmp_path / 'run/interrupted.pth', weights_only=True)
    assert f'after iteration {saved["meta"]["iter"]} of' in printed()
    assert printed().count('Interrupted (SIGTERM)') == 1
