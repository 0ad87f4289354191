import numpy as np
import pytest

from lsmatting_plugin.visualization import largest_window, window_in


def test_the_window_is_the_one_with_the_largest_sum():
    values = np.random.default_rng(0).random((23, 31)) ** 4
    side = 5
    sums = {
        (y, x): values[y : y + side, x : x + side].sum()
        for y in range(23 - side + 1)
        for x in range(31 - side + 1)
    }

    rows, columns = largest_window(values, side)

    assert (rows.start, columns.start) == max(sums, key=sums.get)
    assert values[rows, columns].shape == (side, side)


def test_a_window_larger_than_the_picture_is_the_picture():
    assert largest_window(np.ones((4, 9)), 20) == (slice(0, 4), slice(0, 9))
    assert largest_window(np.eye(4, 9), 4)[0] == slice(0, 4)


def test_without_errors_it_is_the_middle():
    assert largest_window(np.zeros((11, 21)), 3) == (slice(4, 7), slice(9, 12))


@pytest.mark.parametrize('shape', [(400, 600, 3), (30, 20, 3), (1, 1000, 3)])
def test_the_small_version_is_framed_and_fits(shape):
    picture = np.full(shape, 100, np.uint8)
    small = window_in(picture, (slice(0, 1), slice(0, 1)), 200)
    assert max(small.shape) <= 200
    assert (small != 100).any() and (picture == 100).all()
