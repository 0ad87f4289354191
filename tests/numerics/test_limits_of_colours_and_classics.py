"""Estimators without a network, on pictures that tell them little."""

import itertools
import warnings

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lsmatting_plugin.foreground import (
    estimate_foreground,
    reestimate_cf,
    reestimate_foreground,
    reestimate_ml,
)
from lsmatting_plugin.foreground.reestimate import MAX_KAPPA, MIN_KAPPA
from lsmatting_plugin.guidance.classical import CLASSICAL_METHODS, estimate_alpha

SIZES = [(1, 1), (1, 2), (9, 1), (17, 3)]
COLOUR_ESTIMATORS = [estimate_foreground, reestimate_foreground, reestimate_cf, reestimate_ml]
methods = pytest.mark.parametrize('method', CLASSICAL_METHODS)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize('estimator', COLOUR_ESTIMATORS)
@pytest.mark.parametrize('level', [0, 1, 254, 255])
@pytest.mark.parametrize('size', SIZES)
def test_flat_mattes_and_narrow_images_have_colours(estimator, level, size, capfd):
    image = noise(*size, 3)
    with warnings.catch_warnings():
        warnings.simplefilter('error', RuntimeWarning)  # as where a NaN becomes a colour
        colours = estimator(image, np.full(size, level, np.uint8))
    assert colours.dtype == np.uint8
    assert colours.shape == image.shape
    if level == 255:
        np.testing.assert_allclose(colours.astype(int), image, atol=1)
    assert capfd.readouterr().out == ''


@given(
    npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=40)),
    st.integers(0, 255),
    st.sampled_from([MIN_KAPPA, 1e-6, 1.0, 1e6, MAX_KAPPA]),
)
def test_a_foreground_of_one_colour_stays_so_with_any_matte_and_kappa(alpha, colour, kappa):
    """F = c solves (a^2 + sum_n w_n) F = a (a c) + sum_n w_n F_n; truncation takes a level."""
    fg = np.full((*alpha.shape, 3), colour, np.uint8)
    colours = reestimate_foreground(fg, alpha, kappa, base_iterations=3)
    np.testing.assert_allclose(colours.astype(int), colour, atol=1)


@methods
@pytest.mark.parametrize('is_flat', [False, True])
@pytest.mark.parametrize('size', [(1, 2), (3, 1), (1, 30), (20, 20)])
def test_one_known_pixel_is_enough_for_a_matte(method, is_flat, size):
    image = np.full((*size, 3), 90, np.uint8) if is_flat else noise(*size, 3)
    for known in (0, 255):
        trimap = np.full(size, 128, np.uint8)
        trimap.flat[0] = known
        with warnings.catch_warnings():
            warnings.simplefilter('error', RuntimeWarning)
            alpha = estimate_alpha(image, trimap, method)
        assert ((alpha >= 0) & (alpha <= 1)).all()
        assert alpha.flat[0] == known / 255


def test_what_is_all_equally_unlike_the_known_side_is_the_other_side():
    image = np.full((6, 8, 3), 200, np.uint8)
    trimap = np.full((6, 8), 128, np.uint8)
    image[:, :2], trimap[:, :2] = 10, 0
    np.testing.assert_array_equal(estimate_alpha(image, trimap), trimap == 128)


def with_threads(count, function):
    before = numba.get_num_threads()
    numba.set_num_threads(count)
    try:
        return function()
    finally:
        numba.set_num_threads(before)


def same_in_any_number_of_threads(function):
    counts = {1, numba.config.NUMBA_NUM_THREADS}
    results = [with_threads(count, function) for count in counts]
    return all(np.array_equal(*pair) for pair in itertools.pairwise(results))


@methods
def test_classical_mattes_do_not_depend_on_threads(method):
    image, trimap = noise(50, 60, 3), np.full((50, 60), 128, np.uint8)
    trimap[:9], trimap[-9:] = 0, 255
    assert same_in_any_number_of_threads(lambda: estimate_alpha(image, trimap, method))


def test_estimated_colours_do_not_depend_on_threads():
    image, alpha = noise(150, 170, 3), noise(150, 170, seed=1)
    assert same_in_any_number_of_threads(lambda: estimate_foreground(image, alpha))
