import pytest
import torch
from mmengine.hooks import Hook

from lsmatting_plugin.engine import EpochBasedTrainLoop
from lsmatting_plugin.engine.launch import build_runner


class Watch(Hook):
    """Notes the iterations, and which images they saw."""

    def __init__(self):
        self.seen = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        images = tuple(sample.bg_path for sample in data_batch['data_samples'])
        self.seen.append((runner.epoch, batch_idx, runner.iter, images))


@pytest.fixture(scope='module')
def train(make_tiny_cfg):
    """Train without validation, saving after each second iteration; returns what was seen."""

    def run(work_dir, resume_from=None, scheduler=None, **settings):
        cfg = make_tiny_cfg(work_dir, **settings)
        cfg.param_scheduler = scheduler or cfg.param_scheduler
        cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
        cfg.default_hooks.checkpoint.update(by_epoch=False, interval=2, max_keep_ckpts=-1)
        cfg.default_hooks.checkpoint.pop('save_best')
        if resume_from is not None:
            cfg.update(resume=True, load_from=str(resume_from))
        runner, watch = build_runner(cfg), Watch()
        runner.register_hook(watch)
        runner.train()
        assert type(runner.train_loop) is EpochBasedTrainLoop
        return watch.seen

    return run


@pytest.fixture(scope='module')
def whole(train, tmp_path_factory):
    """Work folder of two epochs of three iterations, and what they saw."""
    work_dir = tmp_path_factory.mktemp('whole')
    return work_dir, train(work_dir)


def require_same_weights(*paths):
    found, expected = (torch.load(path, weights_only=True)['state_dict'] for path in paths)
    assert [name for name in expected if not torch.equal(found[name], expected[name])] == []


@pytest.mark.parametrize('iteration', [2, 4])
def test_a_run_resumed_within_an_epoch_sees_the_rest_of_it(train, whole, tmp_path, iteration):
    work_dir, seen = whole

    resumed = train(tmp_path, work_dir / f'iter_{iteration}.pth')

    assert [entry[:3] for entry in seen] == [(i // 3, i % 3, i) for i in range(6)]
    assert resumed == seen[iteration:]
    require_same_weights(tmp_path / 'iter_6.pth', work_dir / 'iter_6.pth')


def test_rates_by_epoch_are_those_of_the_uninterrupted_run(train, tmp_path):
    steps = dict(type='StepLR', by_epoch=True, step_size=1, gamma=0.5)
    train(tmp_path / 'a', scheduler=steps)
    train(tmp_path / 'b', tmp_path / 'a' / 'iter_4.pth', scheduler=steps)

    require_same_weights(tmp_path / 'b/iter_6.pth', tmp_path / 'a/iter_6.pth')


def test_other_samplers_are_read_up_to_there(train, tmp_path):
    sampler = {'train_dataloader.sampler.type': 'DefaultSampler'}
    seen = train(tmp_path / 'a', **sampler)

    resumed = train(tmp_path / 'b', tmp_path / 'a' / 'iter_4.pth', **sampler)

    assert [entry[:3] for entry in resumed] == [entry[:3] for entry in seen[4:]]


def test_with_another_batch_size_the_epoch_begins_anew(train, whole, tmp_path, logged):
    resumed = train(tmp_path, whole[0] / 'iter_4.pth', **{'train_dataloader.batch_size': 3})

    [warning] = [line for line in logged(tmp_path) if 'begins anew' in line]
    assert 'Epoch 2' in warning and '1 of its 3 batches' in warning and 'there are 2' in warning
    assert [entry[:2] for entry in resumed] == [(1, 0), (1, 1)]


def test_after_the_last_batch_of_an_epoch_the_next_one_is_whole(train, tmp_path):
    seen = train(tmp_path / 'a', **{'train_cfg.max_epochs': 1})

    resumed = train(tmp_path / 'b', tmp_path / 'a' / 'iter_3.pth')  # saved before the epoch ended

    assert len(seen) == 3
    assert [entry[:3] for entry in resumed] == [(1, i, 3 + i) for i in range(3)]
