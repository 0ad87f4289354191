"""Trainings whose images cannot be loaded any longer: what is done is saved, and they go on."""

import multiprocessing
import os
import shutil
import signal
import time
import traceback

import pytest
import torch
from mmengine.hooks import Hook

from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.engine.loading_error import LoadingError
from lsmatting_plugin.engine.training import train
from lsmatting_plugin.registry import TRANSFORMS


class At(Hook):
    """Does something at a stage's n-th time."""

    def __init__(self, stage, number, do):
        self.number, self.do = number, do
        setattr(self, stage, self.count)

    def count(self, runner, **_):
        self.number -= 1
        if self.number == 0:
            self.do()


def kill_a_loader():
    os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)


@TRANSFORMS.register_module()
class Hang:
    """A disk that does not answer."""

    def __call__(self, results):
        time.sleep(60)


@pytest.fixture(scope='module')
def run(make_tiny_cfg):
    """Train for two epochs of three iterations, saved at their end only."""

    def run(work_dir, *hooks, resume=False, kind='plain', **settings):
        cfg = make_tiny_cfg(work_dir, resume=resume, **settings)
        cfg.default_hooks.checkpoint.update(interval=2)
        cfg.default_hooks.checkpoint.pop('save_best')
        cfg.experiment_name = f'{work_dir}_{time.time_ns()}'
        cfg.train_dataloader.update(num_workers=1)
        cfg.val_dataloader.update(num_workers=1)
        if kind == 'averaged weights':
            cfg.custom_hooks.append(dict(type='EMAHook', momentum=0.1))
        runner = build_runner(cfg)
        for hook in hooks:
            runner.register_hook(hook)
        try:
            train(runner)
        except LoadingError as error:  # else torch waits 5 s for the loaders when they are cleared
            for one in filter(None, (error, error.__cause__)):
                traceback.clear_frames(one.__traceback__)
            raise

    return run


@pytest.fixture(scope='module')
def whole(run, tmp_path_factory):
    """The weights at the end of a run of a kind that nothing disturbs."""
    made = {}

    def get(kind):
        if kind not in made:
            work_dir = tmp_path_factory.mktemp('whole')
            run(work_dir, kind=kind)
            made[kind] = end_of(work_dir)
        return made[kind]

    return get


def end_of(work_dir):
    return torch.load(work_dir / 'epoch_2.pth', weights_only=True)['state_dict']


def differences(found, expected):
    return [name for name in expected if not torch.equal(found[name], expected[name])]


@pytest.mark.parametrize(
    'stage, number, kind, iteration',
    [
        ('before_train_iter', 5, 'plain', (5, 6)),  # which batches are loaded already is chance
        ('before_val_iter', 2, 'averaged weights', (3,)),
    ],
)
def test_a_killed_loader_costs_no_iteration(run, whole, tmp_path, stage, number, kind, iteration):
    with pytest.raises(LoadingError, match=r'DataLoader worker .*memory'):
        run(tmp_path, At(stage, number, kill_a_loader), kind=kind)

    path = tmp_path / 'interrupted.pth'
    assert torch.load(path, weights_only=True)['meta']['iter'] in iteration
    assert (tmp_path / 'last_checkpoint').read_text() == str(path)
    run(tmp_path, resume=True, kind=kind)
    assert differences(end_of(tmp_path), whole(kind)) == []
    assert not path.exists()


def test_a_folder_that_vanishes_is_named_and_what_is_done_is_saved(
    run, whole, tmp_path, tiny_aim, logged, capfd
):
    data, work_dir = tmp_path / 'data', tmp_path / 'run'
    shutil.copytree(tiny_aim / 'train', data)
    settings = {'train_dataloader.dataset.data_root': str(data)}
    vanish = At('before_val_iter', 1, lambda: data.rename(tmp_path / 'elsewhere'))

    with pytest.raises(LoadingError) as caught:
        run(work_dir, vanish, **settings)

    assert str(data) in str(caught.value) and '\n' not in str(caught.value)
    assert any('Traceback' in line for line in logged(work_dir))  # to look it up
    assert 'Traceback' not in ''.join(capfd.readouterr())
    (tmp_path / 'elsewhere').rename(data)
    run(work_dir, resume=True, **settings)
    assert differences(end_of(work_dir), whole('plain')) == []


def test_nothing_is_saved_where_nothing_was_done(run, tmp_path):
    with pytest.raises(LoadingError, match='No folder'):
        run(tmp_path, **{'train_dataloader.dataset.data_root': str(tmp_path / 'nowhere')})

    assert list(tmp_path.glob('*.pth')) == []


def test_a_disk_that_does_not_answer_is_given_up_after_the_timeout(run, tmp_path):
    settings = {
        'train_dataloader.timeout': 1,
        'train_dataloader.dataset.pipeline': [dict(type='Hang')],
    }
    with pytest.raises(LoadingError, match='No batch was loaded within 1 s'):
        run(tmp_path, **settings)


def test_a_batch_larger_than_the_set_is_what_there_is_or_refused(run, tmp_path):
    run(tmp_path, **{'train_dataloader.batch_size': 50})
    assert torch.load(tmp_path / 'epoch_2.pth', weights_only=True)['meta']['iter'] == 2

    settings = {'train_dataloader.batch_size': 50, 'train_dataloader.drop_last': True}
    with pytest.raises(LoadingError, match=r'50 images, .* smaller batch_size'):
        run(tmp_path, **settings)
