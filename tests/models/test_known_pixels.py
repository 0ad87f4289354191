import pytest
import torch

from lsmatting_plugin.models.known_pixels import as_large_as_loaded, as_loaded, force_known
from lsmatting_plugin.structures import MattingDataSample


def test_alpha_is_known_beyond_both_limits():
    alpha, trimap = torch.full((1, 1, 4), 0.4), torch.tensor([[[0, 1, 254, 255]]])
    known = force_known(alpha, trimap, bg_below=1, fg_above=254)
    assert known.flatten().tolist() == pytest.approx([0, 0.4, 0.4, 1])


def test_colours_come_in_the_size_of_the_file():
    small = torch.stack([torch.full((2, 3), float(value)) for value in range(3)])
    sample = MattingDataSample(metainfo=dict(ori_merged_shape=(4, 6, 3)))
    large = as_large_as_loaded(small, sample)
    assert large.shape == (3, 4, 6)
    assert [channel.unique().tolist() for channel in large] == [[0], [1], [2]]
    assert as_large_as_loaded(small, MattingDataSample()) is small


def test_a_matte_is_exact_where_the_trimap_of_the_file_is():
    sample = MattingDataSample(metainfo=dict(ori_merged_shape=(1, 4, 3)))
    sample.ori_trimap = torch.tensor([[[0, 128, 128, 255]]], dtype=torch.uint8)
    alpha = as_loaded(torch.full((1, 1, 2), 0.5), sample)
    assert alpha.tolist() == [[[0, 0.5, 0.5, 1]]]
