"""The one pass over all thresholds, against labelling the image at each."""

import cv2
import numpy as np
import pytest
from oracles import connectivity as oracle
from oracles import metrics as slow_oracle

from lsmatting_plugin.evaluation import connectivity_error
from lsmatting_plugin.evaluation.connectivity import connected_level


def speckled(rng, shape, smoothness):
    """A smooth matte and a noisy prediction, with hundreds of regions."""
    field = cv2.GaussianBlur(rng.random(shape), (0, 0), smoothness)
    field = (field - field.min()) / np.ptp(field)
    gt = np.clip((field - 0.35) * 4, 0, 1)
    pred = np.clip(gt + cv2.GaussianBlur(rng.normal(0, 1, shape), (0, 0), 1) * 0.5, 0, 1)
    return tuple(np.rint(alpha * 255).astype(np.uint8) for alpha in (pred, gt))


@pytest.mark.parametrize('seed', range(6))
def test_thousands_of_regions_score_as_when_labelled_one_threshold_after_the_other(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(150, 400, 2))
    pred, gt = speckled(rng, shape, smoothness=rng.uniform(1, 8))
    trimap = rng.choice([0, 128, 255], shape).astype(np.uint8)
    expected = oracle.connectivity_error(pred, gt, trimap)
    assert connectivity_error(pred, gt, trimap) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize('seed', range(20))
def test_regions_of_equal_size_are_chosen_as_pixel_by_pixel(seed):
    rng = np.random.default_rng(seed)
    pred, gt = rng.choice([0, 40, 130, 210, 255], (2, 9, 8)).astype(np.uint8)
    trimap = np.full(gt.shape, 128, np.uint8)
    for protocol in ('dim', 'lsa'):
        expected = slow_oracle.connectivity_error(pred, gt, trimap, protocol)
        assert connectivity_error(pred, gt, trimap, protocol) == pytest.approx(expected, rel=1e-9)


def test_the_oracle_is_the_pixel_by_pixel_one():
    rng = np.random.default_rng(0)
    pred, gt = speckled(rng, (24, 30), smoothness=2)
    trimap = np.full(gt.shape, 128, np.uint8)
    expected = slow_oracle.connectivity_error(pred, gt, trimap, 'dim')
    assert oracle.connectivity_error(pred, gt, trimap) == pytest.approx(expected, rel=1e-6)


def level(*rows, skips_empty=False):
    return connected_level(np.array(rows, np.uint8), skips_empty).tolist()


def test_the_level_is_the_lowest_threshold_on_the_way_to_the_innermost_region():
    assert level([9, 9, 2, 5, 0, 7]) == [[9, 9, 2, 2, 0, 0]]


def test_a_larger_region_elsewhere_ends_the_connection():
    # At 6 the largest region is that on the right, which does not lie in that of 1 to 5.
    assert level([5, 5, 5, 6, 0, 8, 8]) == [[5, 5, 5, 5, 0, 0, 0]]


def test_left_and_right_border_do_not_touch():
    assert level([3, 0, 0], [0, 0, 0], [0, 0, 4]) == [[3, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert level([0, 0, 1], [1, 0, 0], [1, 0, 0]) == [[0, 0, 0], [1, 0, 0], [1, 0, 0]]


def test_a_threshold_that_nothing_reaches_ends_it_unless_it_is_skipped():
    assert level([4, 4, 2]) == [[4, 4, 2]]
    assert level([4, 4, 2], skips_empty=True) == [[10, 10, 2]]
    assert level([0, 0]) == [[0, 0]]
    assert level([0, 0], skips_empty=True) == [[10, 10]]
