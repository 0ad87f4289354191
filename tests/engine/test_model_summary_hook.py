import pytest
import torch
from torch import nn

from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.engine.model_summary_hook import model_summary, module_table
from lsmatting_plugin.registry import MODELS


@pytest.fixture
def model(tiny_model_cfg):
    return MODELS.build(tiny_model_cfg)


def test_parameters_by_part_and_cost(model):
    before = torch.get_rng_state()
    total = sum(parameter.numel() for parameter in model.parameters())
    encoder = sum(parameter.numel() for parameter in model.encoder.parameters())

    parameters, cost = model_summary(model, (64, 96))

    assert parameters.startswith(
        f'LSAMattor: {total:,} parameters, all trained (encoder {encoder:,}'
    )
    assert cost.startswith('Forward pass of 64 x 96 px: ') and 'GFLOPs (encoder 0.' in cost
    assert torch.equal(torch.get_rng_state(), before)


def test_frozen_parameters_are_told(model):
    model.encoder.requires_grad_(False)
    trained = sum(parameter.numel() for parameter in model.decoder.parameters())

    assert f'{trained:,} of them trained' in model_summary(model, (64, 64))[0]


def test_of_other_networks_the_parameters_alone():
    network = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))

    assert model_summary(network, (64, 64)) == ['Sequential: 13 parameters, all trained (0 9, 2 4)']


def test_the_table_goes_down_to_a_level(model):
    names = [line.split()[0] for line in module_table(model, depth=2)]

    assert {'encoder', 'encoder.layer1', 'decoder.head'} <= set(names)
    assert max(name.count('.') for name in names) == 1


def test_a_run_tells_it_once_and_the_table_to_the_file_alone(
    make_tiny_cfg, tmp_path, capfd, logged
):
    build_runner(make_tiny_cfg(tmp_path)).train()

    screen = ''.join(capfd.readouterr())
    assert screen.count('parameters, all trained') == 1
    assert 'Adam on batches of 2 images of 64 x 64 px' in screen
    assert 'Modules:' not in screen and 'encoder.layer1' not in screen
    assert [line for line in logged(tmp_path) if line.startswith('encoder.layer1')]
