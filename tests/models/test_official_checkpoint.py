import json

import pytest

from lsmatting_plugin.models import from_official, to_official


@pytest.mark.parametrize('prefix', ['', 'module.'])
@pytest.mark.parametrize(
    ('official', 'ours'),
    [
        ('backbone.stem.0.conv.weight', 'encoder.stem.0.conv.weight'),
        ('backbone.layer1.0.downsample.2.bias', 'encoder.layer1.0.downsample.2.bias'),
        ('decoder.decoder_5.conv1.weight', 'decoder.stage5.conv.weight'),
        ('decoder.decoder_1.norm1.running_var', 'decoder.stage1.norm.running_var'),
        ('decoder.decoder_3.fc.bias', 'decoder.stage3.gate.bias'),
        ('decoder.final_final.conv2.weight', 'decoder.head.conv2.weight'),
        ('encoder.layer4.2.conv3.weight', 'encoder.layer4.2.conv3.weight'),
        ('decoder.stage2.gate.weight', 'decoder.stage2.gate.weight'),
    ],
)
def test_official_names_become_ours_and_ours_stay(prefix, official, ours):
    assert from_official({prefix + official: 1}) == {ours: 1}


@pytest.mark.parametrize(
    ('ours', 'official'),
    [
        ('encoder.layer1.0.downsample.2.bias', 'module.backbone.layer1.0.downsample.2.bias'),
        ('decoder.stage5.conv.weight', 'module.decoder.decoder_5.conv1.weight'),
        ('decoder.stage3.gate.bias', 'module.decoder.decoder_3.fc.bias'),
        ('decoder.head.conv2.weight', 'module.decoder.final_final.conv2.weight'),
    ],
)
def test_our_names_become_official(ours, official):
    assert to_official({ours: 1}) == {official: 1}


def test_values_and_order_stay():
    weights = {'module.decoder.final_final.conv1.bias': 'a', 'module.backbone.layer1': 'b'}
    assert list(from_official(weights).values()) == ['a', 'b']
    assert list(weights) == ['module.decoder.final_final.conv1.bias', 'module.backbone.layer1']


def test_names_and_order_are_the_original_s_again(golden_dir):
    official = [
        f'module.{key}' for key in json.loads((golden_dir / 'official_keys.json').read_text())
    ]
    assert list(to_official(from_official(dict.fromkeys(official)))) == official
