"""Checkpoints that can be read but not used: what is wrong with which parameter is listed."""

import pytest
import torch
from mmengine.config import Config

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.checkpoint_error import CheckpointError
from lsmatting_plugin.checkpoint_fit import require_fit, require_resumable
from lsmatting_plugin.checkpoint_io import read_state_dict

BIAS = 'decoder.head.conv3.bias'


@pytest.mark.parametrize(
    ('value', 'listed'),
    [
        (torch.tensor([float('nan')]), f'1 not finite: {BIAS}'),
        (torch.tensor([float('inf')]), f'1 not finite: {BIAS}'),
        (torch.tensor([1e300], dtype=torch.float64), f'1 not finite: {BIAS}'),
        (torch.ones(1, dtype=torch.int64), f'1 mistyped: {BIAS} int64 in place of float32'),
        (torch.ones(1, dtype=torch.complex64), f'1 mistyped: {BIAS} complex64 in place of float32'),
        (torch.ones(1).expand(10**12), f'1 misshapen: {BIAS} (1000000000000,) in place of (1,)'),
    ],
    ids=['NaN', 'infinite', 'beyond single precision', 'integer', 'complex', 'a terabyte claimed'],
)
def test_unsound_values_are_listed(model, weights, value, listed):
    weights[BIAS] = value
    with pytest.raises(CheckpointError) as error:
        require_fit(model, weights, 'net.pth')
    assert str(error.value) == f'net.pth does not fit the model of the config. {listed}'


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float64])
def test_floats_of_another_precision_are_loaded(
    make_tiny_model_cfg, model, weights, tmp_path, dtype
):
    weights = {k: v.to(dtype) if v.is_floating_point() else v for k, v in weights.items()}
    torch.save(dict(state_dict=weights), tmp_path / 'net.pth')
    loaded = init_model(
        Config(dict(model=make_tiny_model_cfg())), tmp_path / 'net.pth'
    ).state_dict()
    assert loaded[BIAS].dtype == torch.float32
    assert all(
        torch.equal(loaded[key], value.to(loaded[key].dtype)) for key, value in weights.items()
    )


def test_the_released_and_our_name_of_one_parameter_are_one_too_many(model, weights):
    weights[f'module.{BIAS}'] = weights[BIAS]
    with pytest.raises(CheckpointError, match=r'net\.pth has some parameters twice'):
        require_fit(model, weights, 'net.pth')


def test_names_of_a_stranger_are_short_and_change_no_terminal(model, weights):
    weights['x' * 1000] = weights['\x1b[31m\n'] = torch.ones(1)
    with pytest.raises(CheckpointError) as error:
        require_fit(model, weights, 'net.pth')
    message = str(error.value)
    assert len(message) < 250 and message.isprintable() and r"'\x1b[31m\n'" in message


@pytest.mark.parametrize(
    'value',
    ['hello', [1.0], None, torch.ones(1, device='meta'), torch.ones(1).to_sparse()],
    ids=['text', 'list', 'None', 'no memory', 'sparse'],
)
def test_what_is_no_plain_tensor_is_no_parameter(weights, tmp_path, value):
    weights[BIAS] = value
    torch.save(dict(state_dict=weights), tmp_path / 'net.pth')
    with pytest.raises(CheckpointError, match=r'net\.pth is not a checkpoint: expected'):
        read_state_dict(tmp_path / 'net.pth')


def test_weights_alone_are_nothing_to_resume_from(weights):
    with pytest.raises(CheckpointError, match='it has no iter, message_hub, optimizer; to start'):
        require_resumable(dict(meta=dict(epoch=1), state_dict=weights), 'net.pth')
    sound = dict(meta=dict(epoch=1, iter=3), message_hub={}, optimizer={}, state_dict=weights)
    require_resumable(sound, 'epoch_1.pth')
