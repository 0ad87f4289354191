import argparse
import math
from types import SimpleNamespace

import pytest
import torch

from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.engine.train_options import add_train_options, apply_train_options
from lsmatting_plugin.registry import HOOKS


def with_options(cfg, *words):
    parser = argparse.ArgumentParser()
    add_train_options(parser)
    apply_train_options(cfg, parser.parse_args(words))
    return cfg


@pytest.fixture
def cfg(make_tiny_cfg, tmp_path):
    return make_tiny_cfg(tmp_path)


def test_none_changes_nothing(make_tiny_cfg, tmp_path):
    changed = with_options(make_tiny_cfg(tmp_path))

    assert changed.to_dict() == make_tiny_cfg(tmp_path).to_dict()


def test_what_each_changes(cfg, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)

    with_options(
        cfg,
        *('--amp', '--compile', '--recompute', '--accumulate', '4', '--clip-grad', '0.5'),
        *('--ema', '0.01', '--image-cache', '3'),
    )

    assert cfg.optim_wrapper.type == 'AutocastOptimWrapper'
    assert cfg.optim_wrapper.accumulative_counts == 4
    assert cfg.optim_wrapper.clip_grad == dict(max_norm=0.5)
    assert cfg.model.train_cfg.compile
    assert cfg.model.encoder.with_cp
    assert cfg.model.decoder.with_cp
    assert cfg.custom_hooks[-1].momentum == 0.01
    assert cfg.train_dataloader.dataset.image_cache == dict(max_gigabytes=3)


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['--amp', 'float16'], 'needs a GPU'),
        (['--accumulate', '0'], 'at least 1, got 0'),
        (['--clip-grad', '-1'], 'above 0, got -1'),
        (['--ema', '1'], 'between 0 and 1, got 1'),
        (['--image-cache', '0'], 'above 0, got 0'),
    ],
)
def test_bad_values_are_named(cfg, words, message, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    with pytest.raises(ValueError, match=message):
        with_options(cfg, *words)


def test_a_gpu_s_lacks_are_told(cfg, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    monkeypatch.setattr(torch.cuda, 'is_bf16_supported', lambda **_: False)
    with pytest.raises(ValueError, match='--amp float16'):
        with_options(cfg, '--amp')

    with_options(cfg, '--amp', 'float16')

    assert cfg.optim_wrapper.type == 'AmpOptimWrapper'
    assert cfg.optim_wrapper.dtype == 'float16'


def test_other_mattors_are_not_taken_for_ours(cfg):
    cfg.model = dict(type='mmedit.DIM')
    with pytest.raises(ValueError, match='for LSAMattor, not DIM'):
        with_options(cfg, '--recompute')


def test_data_sets_of_data_sets_have_no_cache(cfg):
    cfg.train_dataloader.dataset = dict(type='ConcatDataset', datasets=[])
    with pytest.raises(ValueError, match='ConcatDataset loads no images itself'):
        with_options(cfg, '--image-cache', '1')


def test_all_at_once_train_and_resume(make_tiny_cfg, tmp_path):
    """bfloat16, accumulation, recomputation, clipping, averaged weights and cache go together."""

    def run(folder, **settings):
        cfg = make_tiny_cfg(folder, **settings)
        words = ('--amp', '--recompute', '--accumulate', '3', '--clip-grad', '1', '--ema', '0.1')
        with_options(cfg, *words)
        cfg.train_dataloader.dataset.image_cache = dict(folder=str(tmp_path / 'cache'))
        build_runner(cfg).train()
        return torch.load(folder / 'epoch_2.pth', weights_only=True)

    whole = run(tmp_path / 'whole')
    first_epoch = str(tmp_path / 'whole' / 'epoch_1.pth')
    resumed = run(tmp_path / 'resumed', resume=True, load_from=first_epoch)

    assert list((tmp_path / 'cache').glob('*.npy'))
    averaged, last = whole['state_dict'], whole['ema_state_dict']
    assert any(not torch.equal(value, last[f'module.{name}']) for name, value in averaged.items())
    for part in ('state_dict', 'ema_state_dict'):
        for name, value in whole[part].items():
            assert torch.equal(resumed[part][name], value), name


def test_averaged_weights_soon_forget_the_first_ones(make_tiny_cfg, tmp_path):
    """After seven steps a ten-thousandth of the untrained network is left in the average."""
    cfg = make_tiny_cfg(tmp_path)
    with_options(cfg, '--ema')
    hook = HOOKS.build(cfg.custom_hooks[-1])
    model = torch.nn.Sequential(torch.nn.Linear(1, 1, bias=False), torch.nn.BatchNorm1d(1))
    runner = SimpleNamespace(model=model, iter=0, epoch=0)
    hook.before_run(runner)
    for step in range(7):
        value = 1 if step else 1001  # the first average is of untrained weights
        torch.nn.init.constant_(model[0].weight, value)
        model[1].running_mean.fill_(value)
        hook.after_train_iter(runner, step)
    averaged = hook.ema_model.module
    left = math.prod(n / (10 + n) for n in range(1, 7))  # of the first: 0.0001
    assert averaged[0].weight.item() == pytest.approx(1 + 1000 * left, abs=0.01)
    assert averaged[1].running_mean.item() == pytest.approx(1 + 1000 * left, abs=0.01)
