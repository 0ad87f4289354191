from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmengine.hooks import Hook

from lsmatting_plugin.engine import CurvesHook, FiniteLossHook, TrainingStopped
from lsmatting_plugin.engine.finite_loss_hook import dump_batch
from lsmatting_plugin.engine.launch import build_runner


class Spoil(Hook):
    """Spoils the batch, or a gradient, of the fifth iteration; keeps the weights before it."""

    def __init__(self, what):
        self.what = what

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter != 4:
            return
        self.weights = {key: value.clone() for key, value in runner.model.named_parameters()}
        if self.what == 'batch':
            image = data_batch['inputs'][1].float()
            image[:, 10:20, 10:20] = float('nan')
            data_batch['inputs'][1] = image
        elif self.what == 'gradient':
            parameter = next(runner.model.decoder.parameters())
            parameter.register_hook(lambda gradient: gradient * float('inf'))

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if self.what == 'weights' and runner.iter == 5:
            runner.model.encoder.stem[0].bn.running_var.fill_(float('nan'))


@pytest.fixture
def stopped(make_tiny_cfg, tmp_path):
    """Train until the spoiled iteration ends it."""

    def run(what, **settings):
        runner, hook = build_runner(make_tiny_cfg(tmp_path, **settings)), Spoil(what)
        runner.register_hook(hook)
        runner.register_hook(CurvesHook())
        with pytest.raises(TrainingStopped) as stop:
            runner.train()
        assert stop.value.code == 1
        assert 'update_params' not in vars(runner.optim_wrapper)
        return runner.model, hook.weights

    return run


def batch_of(folder):
    return torch.load(folder / 'batch.pt', weights_only=True)


@pytest.mark.parametrize(
    'what, reason',
    [('batch', 'the loss (nan) is not finite'), ('gradient', 'the gradient is not finite, though')],
)
def test_the_run_stops_before_the_weights_are_spoiled(stopped, tmp_path, logged, what, reason):
    model, weights = stopped(what)

    assert all(torch.equal(value, weights[key]) for key, value in model.named_parameters())
    [message] = [line for line in logged(tmp_path) if line.startswith('Iteration 5')]
    assert reason in message and f'{tmp_path}/nan_iter_5/' in message
    assert sorted(path.name for path in (tmp_path / 'nan_iter_5').iterdir()) == [
        *('batch.pt', 'image_0.png', 'image_1.png')
    ]
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'epoch_1.pth')
    assert (tmp_path / 'curves.png').is_file()  # hooks finish, whatever ends the run
    for path in tmp_path.glob('*.pth'):
        state_dict = torch.load(path, weights_only=True)['state_dict']
        assert all(value.isfinite().all() for value in state_dict.values())


def test_the_batch_is_there_to_look_at(stopped, tmp_path):
    stopped('batch')
    folder = tmp_path / 'nan_iter_5'
    batch = batch_of(folder)

    assert (batch['iteration'], batch['epoch'], batch['seed'], batch['rank']) == (5, 2, 0, 0)
    assert np.isnan(batch['loss'])
    assert [image.shape for image in batch['inputs']] == [(3, 64, 64)] * 2
    assert [bool(image.float().isnan().any()) for image in batch['inputs']] == [False, True]
    for sample in batch['samples']:
        assert sample['bg_path'].endswith('.jpg') or sample['bg_path'].endswith('.png')
        assert sample['gt_alpha'].shape == sample['trimap'].shape == (1, 64, 64)
    picture = cv2.imread(str(folder / 'image_0.png'))
    assert picture.shape == (64, 3 * 64, 3)
    expected = batch['inputs'][0].permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(picture[:, :64], expected.round().astype(np.uint8))
    np.testing.assert_array_equal(picture[:, 128:, 0], batch['samples'][0]['gt_alpha'][0])


def test_weights_that_are_not_finite_are_not_saved(stopped, tmp_path, logged):
    stopped('weights')

    assert [
        line for line in logged(tmp_path) if 'encoder.stem.0.bn.running_var is the first' in line
    ]
    assert [path.name for path in tmp_path.glob('epoch_*.pth')] == ['epoch_1.pth']


@pytest.mark.parametrize('scaler, is_watched', [(None, True), (False, True), (True, False)])
def test_infinite_gradients_are_the_scalers_business(scaler, is_watched):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=1)
    wrapper = SimpleNamespace(optimizer=optimizer, update_params=lambda loss: None)
    if scaler is not None:
        wrapper.loss_scaler = SimpleNamespace(is_enabled=lambda: scaler)
    hook, runner = FiniteLossHook(), SimpleNamespace(optim_wrapper=wrapper)

    hook.before_train(runner)

    assert bool(optimizer._optimizer_step_pre_hooks) == is_watched
    hook.after_train(runner)
    assert not optimizer._optimizer_step_pre_hooks


def test_facts_without_a_batch(tmp_path):
    dump_batch(None, tmp_path, iteration=1, loss=float('inf'))

    assert batch_of(tmp_path) == dict(inputs=[], samples=[], iteration=1, loss=float('inf'))


def test_a_batch_that_cannot_be_written_is_said(stopped, tmp_path, logged):
    (tmp_path / 'nan_iter_5').write_text('a file in the way')
    stopped('batch')

    assert [line for line in logged(tmp_path) if 'Its batch could not be written' in line]
