import numpy as np
import pytest
import torch

from lsmatting_plugin.visualization.tensor_picture import as_picture, matte_picture

VALUES = [[0.4, 0.6, 254.6], [-3.0, 300.0, float('nan')]]
SHOWN = [[0, 1, 255], [0, 255, 0]]


def test_values_are_rounded_and_clipped_and_nan_is_black():
    picture = as_picture(torch.tensor([VALUES]))
    assert picture.dtype == np.uint8
    assert picture.tolist() == SHOWN


@pytest.mark.parametrize('dtype', [torch.uint8, torch.float16, torch.bfloat16, torch.float64])
def test_colours_of_any_type_lie_last(dtype):
    image = torch.arange(24).reshape(3, 2, 4).to(dtype)
    assert as_picture(image).tolist() == image.permute(1, 2, 0).tolist()


def test_infinite_values_are_black_and_white():
    assert as_picture(torch.tensor([[[float('inf'), -float('inf')]]])).tolist() == [[255, 0]]


@pytest.mark.parametrize('kind', [np.asarray, torch.tensor], ids=['array', 'tensor'])
def test_mattes_are_rounded_once(kind):
    alpha = [[0, 0.4 / 255, 0.6 / 255, 0.5, 1]]
    expected = [[0, 0, 1, 128, 255]]
    assert matte_picture(kind(alpha)).tolist() == expected
    assert matte_picture(kind(np.array(expected, np.uint8))).tolist() == expected
