import numpy as np
import pytest

from lsmatting_plugin.compositing import composite_over


@pytest.mark.parametrize(
    'alpha', [np.array([[0, 51, 255]], np.uint8), np.array([[0, 0.2, 1]], np.float32)]
)
@pytest.mark.parametrize(('dtype', 'scale'), [(np.uint8, 1), (np.uint16, 257)])
def test_colours_are_blended_by_alpha_in_their_own_type(alpha, dtype, scale):
    fg, bg = (np.full((1, 3, 3), value * scale, dtype) for value in (200, 100))
    merged = composite_over(fg, alpha, bg)
    assert merged.dtype == dtype
    assert (merged[0, :, 0] / scale).tolist() == [100, 120, 200]


def test_what_lies_between_two_values_is_rounded():
    fg, bg = np.full((1, 1, 3), 1, np.uint8), np.zeros((1, 1, 3), np.uint8)
    for alpha, expected in ((0.49, 0), (0.51, 1)):
        assert composite_over(fg, np.array([[alpha]]), bg).max() == expected
