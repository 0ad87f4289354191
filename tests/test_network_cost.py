import json

import pytest
import torch

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.network_cost import describe_model
from lsmatting_plugin.registry import MODELS


def test_the_papers_network(configs_dir):
    facts = describe_model(init_model(configs_dir / 'lsm_r50_aim.py', device='cpu'))
    assert facts['size'] == 512
    parameters = facts['parameters']
    assert parameters['total'] == 38_067_809
    assert parameters['total'] == parameters['encoder'] + parameters['decoder']
    assert parameters['skip'] == facts['gflops']['skip'] == 0


def test_operations_of_the_head_by_hand(tiny_model_cfg):
    # At W x H pixels: 3x3 convolutions 12 -> 4 -> 4 -> 1, two operations per multiply-add.
    tiny = describe_model(MODELS.build(tiny_model_cfg), size=64)
    tiny_model_cfg['decoder']['head_channels'] = 5
    wider = describe_model(MODELS.build(tiny_model_cfg), size=64)

    head, wider_head = (9 * (12 * c + c * c + c) * 2 * 64 * 64 / 1e9 for c in (4, 5))

    difference = wider['gflops']['decoder'] - tiny['gflops']['decoder']
    assert difference == pytest.approx(wider_head - head)
    assert wider['gflops']['encoder'] == tiny['gflops']['encoder']


def test_operations_grow_with_the_area(tiny_model_cfg):
    model = MODELS.build(tiny_model_cfg)
    small, large = (describe_model(model, size)['gflops'] for size in (128, 256))
    assert large['encoder'] == pytest.approx(4 * small['encoder'])
    assert large['total'] == pytest.approx(large['encoder'] + large['decoder'])


def test_a_skip_is_counted_on_its_own(tiny_model_cfg):
    model = MODELS.build({**tiny_model_cfg, 'skip': dict(type='ASPPSkip')})
    facts = describe_model(model, 64)
    assert facts['parameters']['skip'] == sum(p.numel() for p in model.skip.parameters())
    assert facts['gflops']['skip'] > 0
    assert facts['parameters']['total'] == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize('decoder', [dict(fusion='flow_aligned'), dict(pyramid_bins=(1, 2, 6))])
def test_variants(tiny_model_cfg, decoder):
    plain = describe_model(MODELS.build(tiny_model_cfg), 64)
    tiny_model_cfg['decoder'].update(decoder)
    variant = describe_model(MODELS.build(tiny_model_cfg), 64)
    assert variant['gflops']['total'] > plain['gflops']['total']


def test_the_model_stays_as_it_is(tiny_model_cfg, capfd):
    model = MODELS.build(tiny_model_cfg).train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    json.dumps(describe_model(model, 96))
    assert model.training and model.encoder.training
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key]), key
    assert capfd.readouterr() == ('', '')


def test_a_size_of_nothing_is_refused(tiny_model_cfg):
    with pytest.raises(ValueError, match='size must be at least 1 pixel, not 0'):
        describe_model(MODELS.build(tiny_model_cfg), 0)
