"""Parameters and operations from the command line, and of networks that are not ours."""

import pytest
import torch
from command_line import refused, run
from mmengine.model import BaseModel
from torch import nn

from lsmatting_plugin.network_cost import describe_model

TOOL = ('tools/analysis/get_flops.py',)


class Backbone(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.encoder = nn.Conv2d(channels, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.decoder = nn.Conv2d(8, 1, 1, bias=False)


class OtherMattor(BaseModel):
    """A mattor as mmedit builds them: all parameters in a backbone."""

    def __init__(self, channels=4):
        super().__init__()
        self.backbone = Backbone(channels)
        self.loss = nn.L1Loss()

    def forward(self, inputs, data_samples=None, mode='tensor'):
        net = self.backbone
        return net.decoder(net.norm(net.encoder(inputs)))


@pytest.mark.parametrize('channels', [4, 6])
def test_any_network_is_counted_part_by_part(channels):
    model = OtherMattor(channels).train()
    running_mean = model.backbone.norm.running_mean.clone()

    facts = describe_model(model, (16, 32))

    pixels = 16 * 32
    gflops = dict(encoder=9 * channels * 8 * 2 * pixels / 1e9, norm=0, decoder=8 * 2 * pixels / 1e9)
    gflops['total'] = sum(gflops.values())
    assert facts['gflops'] == pytest.approx(gflops)
    encoder = 9 * channels * 8 + 8
    assert facts['parameters'] == dict(encoder=encoder, norm=16, decoder=8, total=encoder + 24)
    assert model.training and model.backbone.norm.training
    assert torch.equal(model.backbone.norm.running_mean, running_mean)


def test_a_model_that_takes_other_inputs_is_refused():
    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(3, 3)

        def forward(self, x):
            return self.head(x)

    with pytest.raises(ValueError, match='Classifier cannot be run on 8 x 8 pixels'):
        describe_model(Classifier(), 8)


def test_a_rectangle_costs_what_its_area_costs(tiny_model_cfg):
    from lsmatting_plugin.registry import MODELS

    model = MODELS.build(tiny_model_cfg)
    square, rectangle = (describe_model(model, size)['gflops'] for size in (128, (64, 256)))
    assert rectangle['encoder'] == pytest.approx(square['encoder'])


def test_the_papers_network():
    printed = run(*TOOL, 'configs/lsm_r50_aim.py', '--size', 64, 128)
    assert '64 x 128' in printed and '38,067,809' in printed
    assert all(part in printed for part in ('encoder', 'decoder', 'GFLOPs', 'GMACs'))
    assert 'warn' not in printed.lower()


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('configs/baselines/trivial.py',), 'TrivialMattor has no network'),
        (('configs/baselines/pymatting_knn.py',), 'ClassicalMattor has no network'),
        (('none.py',), 'No config none.py'),
        (('configs/lsm_r18_toy.py', '--size', '0'), 'at least 1 pixel, not 0'),
        (
            ('configs/lsm_r18_toy.py', '--cfg-options', 'model.encoder.type=Nothing'),
            'Nothing is not in the',
        ),
        (('configs/lsm_r18_toy.py', '--cfg-options', 'model.colour=1'), 'unexpected keyword'),
    ],
)
def test_what_cannot_be_counted_is_one_line(arguments, message):
    said = refused(*TOOL, *arguments)
    assert message in said and len(said.splitlines()) == 1
