import numpy as np
import pytest

from lsmatting_plugin.datasets import CropsDataset
from lsmatting_plugin.datasets.crops import LoadCrop, write_crop


def a_crop(side=8):
    rng = np.random.default_rng(side)
    merged, guide = rng.integers(0, 256, (2, side, side, 3), np.uint8)
    alpha, trimap = rng.integers(0, 256, (2, side, side), np.uint8)
    return dict(merged=merged, alpha=alpha, trimap=trimap, guide=guide)


def test_crops_come_back_as_they_were_kept(tmp_path):
    crops = [a_crop(8), a_crop(9)]
    for i, crop in enumerate(crops):
        write_crop(crop, tmp_path / f'{i:06d}.npy')
    dataset = CropsDataset(data_root=str(tmp_path), pipeline=[dict(type='LoadCrop')])
    assert len(dataset) == 2
    for crop, loaded in zip(crops, dataset, strict=True):
        for key, image in crop.items():
            np.testing.assert_array_equal(loaded[key], image)


def test_a_folder_without_crops_says_how_to_make_them(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'make_crops\.py'):
        CropsDataset(data_root=str(tmp_path))


def test_a_crop_cut_short_or_of_another_kind_is_named(tmp_path):
    whole = tmp_path / 'a.npy'
    write_crop(a_crop(), whole)
    (tmp_path / 'b.npy').write_bytes(whole.read_bytes()[:-9])
    with pytest.raises(ValueError, match=r'b\.npy is no training crop, or cut short'):
        LoadCrop()(dict(crop_path=str(tmp_path / 'b.npy')))
    np.save(tmp_path / 'c.npy', np.zeros((4, 4, 7)))
    with pytest.raises(ValueError, match=r'c\.npy should hold uint8'):
        LoadCrop()(dict(crop_path=str(tmp_path / 'c.npy')))
