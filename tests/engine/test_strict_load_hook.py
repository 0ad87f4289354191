from types import SimpleNamespace

import pytest
import torch
from torch import nn

from lsmatting_plugin.engine import StrictLoadHook
from lsmatting_plugin.registry import MODELS


@pytest.fixture
def model(tiny_model_cfg):
    return MODELS.build(tiny_model_cfg)


@pytest.fixture
def load(model):
    """Let the hook see a checkpoint before it is loaded into the model."""

    def run(checkpoint, wrapper=lambda m: m):
        StrictLoadHook().after_load_checkpoint(SimpleNamespace(model=wrapper(model)), checkpoint)

    return run


@pytest.mark.parametrize('wrapper', [lambda m: m, nn.DataParallel], ids=['plain', 'wrapped'])
@pytest.mark.parametrize('key', ['state_dict', None])
def test_the_own_weights_fit(model, load, wrapper, key):
    weights = model.state_dict()

    load({key: weights} if key else weights, wrapper)


def test_the_released_format_fits(model, load, to_official):
    load(dict(epoch=100, state_dict=to_official(model.state_dict())))


@pytest.mark.parametrize(
    'change, problem',
    [
        (
            lambda weights: weights.pop('decoder.head.conv3.bias'),
            '1 missing: decoder.head.conv3.bias',
        ),
        (
            lambda weights: weights.update(fc=torch.ones(1)),
            '1 unexpected: fc',
        ),
        (
            lambda weights: weights.update({'decoder.head.conv3.bias': torch.ones(2)}),
            '1 misshapen: decoder.head.conv3.bias (2,) in place of (1,)',
        ),
    ],
    ids=['missing', 'unexpected', 'misshapen'],
)
def test_what_does_not_fit_is_named(model, load, change, problem):
    weights = model.state_dict()
    change(weights)

    with pytest.raises(ValueError) as error:
        load(dict(state_dict=weights))

    expected = f'The checkpoint does not fit the model of the config. {problem}'
    assert str(error.value) == expected


def test_all_problems_are_counted_and_the_first_five_named(model, load):
    names = list(model.state_dict())

    with pytest.raises(ValueError) as error:
        load(dict(state_dict=dict(fc=torch.ones(1))))

    assert f'{len(names)} missing: {", ".join(names[:5])}, ...; 1 unexpected: fc' in str(
        error.value
    )
