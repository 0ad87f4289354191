import numpy as np
import pytest
import torch
from oracles.frame import framed

from lsmatting_plugin.models.padding import add_frame, reflect_pad

ZERO = torch.tensor([-2.0, -1.0]).view(1, 2, 1, 1)


@pytest.mark.parametrize('margins', [(64, 16, 16), (32, 5, 0), (1, 0, 3)])
@pytest.mark.parametrize('size', [(1, 1), (1, 5), (2, 3), (5, 7), (64, 128), (65, 63)])
def test_a_frame_is_that_of_numpy_padding_however_small_the_image(size, margins):
    x = torch.rand(2, 2, *size)
    got = add_frame(x, ZERO, *margins)
    for channel, zero in enumerate(ZERO.flatten().tolist()):
        expected = framed(x[:, channel].numpy(), *margins, zero=zero)
        np.testing.assert_array_equal(got[:, channel].numpy(), expected)


def test_the_image_begins_behind_both_margins():
    x = torch.rand(1, 2, 7, 9)
    assert torch.equal(add_frame(x, ZERO, 64, 16, 8)[..., 24:31, 24:33], x)


def test_no_margins_and_a_divisor_that_fits_leave_the_image_as_it_is():
    x = torch.rand(1, 2, 8, 16)
    assert torch.equal(add_frame(x, ZERO, 8, 0, 0), x)


def test_reflection_does_not_repeat_the_border_and_mirrors_again_and_again():
    x = torch.tensor([[1, 2, 3]])
    assert reflect_pad(x, 3, 5, 0, 1).tolist() == [[2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2]] * 2
