import numpy as np
import pytest
import torch

from lsmatting_plugin.registry import TRANSFORMS
from lsmatting_plugin.structures import MattingDataSample


@pytest.fixture
def training_sample(sample):
    merged = np.random.default_rng(0).uniform(0, 255, sample['fg'].shape).astype(np.float32)
    return {**sample, 'merged': merged, 'trimap': sample['alpha'], 'fg_path': 'fg/a.png'}


def test_training_sample(apply, training_sample):
    packed = apply('PackMattingInputs', training_sample)

    assert set(packed) == {'inputs', 'data_samples'}
    assert packed['inputs'].dtype == torch.float32
    np.testing.assert_array_equal(
        packed['inputs'].permute(1, 2, 0).numpy(), training_sample['merged']
    )
    data = packed['data_samples']
    assert isinstance(data, MattingDataSample)
    assert set(data.keys()) == {'gt_alpha', 'gt_fg', 'gt_bg', 'gt_merged', 'trimap'}
    assert data.gt_alpha.shape == data.trimap.shape == (1, 48, 64)
    assert data.gt_fg.shape == data.gt_bg.shape == data.gt_merged.shape == (3, 48, 64)
    assert data.gt_alpha.dtype == data.gt_fg.dtype == torch.uint8
    np.testing.assert_array_equal(data.gt_fg.permute(1, 2, 0).numpy(), training_sample['fg'])
    assert data.metainfo == {'fg_path': 'fg/a.png'}


def test_test_sample(apply, sample):
    trimap = sample['alpha']
    metainfo = {
        'merged_path': 'merged/a.png',
        'trimap_path': 'trimap/a.png',
        'alpha_path': 'alpha/a.png',
        'ori_merged_shape': (48, 64, 3),
    }
    arrays = {'merged': sample['fg'], 'trimap': trimap, 'ori_trimap': trimap, 'ori_alpha': trimap}

    packed = apply('PackMattingInputs', {**arrays, **metainfo, 'other': 1})

    assert packed['inputs'].dtype == torch.uint8
    data = packed['data_samples']
    assert set(data.keys()) == {'gt_merged', 'trimap', 'ori_trimap', 'ori_alpha'}
    assert data.metainfo == metainfo


def test_keys_select(apply, training_sample):
    packed = apply('PackMattingInputs', training_sample, keys=('alpha', 'trimap', 'ori_alpha'))

    assert set(packed['data_samples'].keys()) == {'gt_alpha', 'trimap'}


def test_tensors_are_copies(apply, training_sample):
    packed = apply('PackMattingInputs', training_sample)

    packed['inputs'].zero_()
    packed['data_samples'].trimap.zero_()
    packed['data_samples'].gt_fg.zero_()

    assert packed['data_samples'].gt_merged.any()
    assert packed['data_samples'].gt_alpha.any()
    assert training_sample['fg'].any()


def test_unknown_key_is_refused():
    with pytest.raises(ValueError, match='gt_alpha'):
        TRANSFORMS.build(dict(type='PackMattingInputs', keys=('gt_alpha',)))
