import cv2
import numpy as np
import pymatting
import pytest

from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.foreground import (
    estimate_foreground,
    reestimate_cf,
    reestimate_ml,
    roughness,
)


@pytest.fixture(scope='module')
def picture():
    """A generated photo with its true alpha and foreground."""
    rng = np.random.default_rng(0)
    fg, alpha = make_foreground(160, rng, 'hair')
    height, width = alpha.shape
    bg = cv2.resize(make_background(160, rng), (width, height))
    weight = alpha[..., None] / 255
    return np.rint(weight * fg + (1 - weight) * bg).astype(np.uint8), alpha, fg


def error(colours, fg, alpha):
    """Mean error where colours matter and are mixed, weighted by alpha as in a composite."""
    is_soft = (alpha > 0) & (alpha < 255)
    weight = alpha[is_soft][:, None] / 255
    return np.abs(weight * (colours[is_soft].astype(float) - fg[is_soft])).mean()


def test_estimated_colours_have_less_background_in_them(picture):
    image, alpha, fg = picture

    colours = estimate_foreground(image, alpha)

    assert error(colours, fg, alpha) < 0.7 * error(image, fg, alpha)
    np.testing.assert_array_equal(colours[alpha == 255], image[alpha == 255])


def test_float_and_8_bit_mattes_agree(picture):
    image, alpha, _ = picture

    as_float = estimate_foreground(image, alpha / 255)

    assert np.abs(as_float.astype(int) - estimate_foreground(image, alpha)).max() <= 1


def test_shared_composites_have_no_more_error_than_pymatting(shared_dir):
    """Cut-outs whose colours are exactly known, over photographs."""
    backgrounds = sorted((shared_dir / 'data/backgrounds').glob('*.jpg'))
    ours, theirs = [], []
    for path, behind in zip(
        sorted((shared_dir / 'data/cutouts').glob('gt_*.png'))[:6], backgrounds, strict=False
    ):
        rgba = cv2.resize(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), None, fx=0.5, fy=0.5)
        fg, alpha = rgba[..., :3], rgba[..., 3]
        bg = cv2.resize(cv2.imread(str(behind)), alpha.shape[::-1])
        weight = alpha[..., None] / 255
        image = np.rint(weight * fg + (1 - weight) * bg).astype(np.uint8)
        ours.append(error(estimate_foreground(image, alpha), fg, alpha))
        reference = pymatting.estimate_foreground_ml(image / 255, alpha / 255) * 255
        theirs.append(error(reference, fg, alpha))
    # Half a level of rounding to 8 bits is allowed.
    assert np.mean(ours) <= np.mean(theirs) + 0.05


@pytest.mark.parametrize(
    'image, alpha, message',
    [
        (np.zeros((4, 4, 3)), np.zeros((4, 4)), 'image must be uint8'),
        (np.zeros((4, 4), np.uint8), np.zeros((4, 4)), 'image must be uint8'),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5)), 'must have one size'),
        (np.zeros((4, 4, 3), np.uint8), np.full((4, 4), 255.0), 'alpha must be uint8 or float'),
        (np.zeros((4, 4, 3), np.uint8), np.full((4, 4), np.nan), 'alpha must be uint8 or float'),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint16), 'alpha must be uint8 or'),
    ],
)
def test_what_does_not_fit_is_named(image, alpha, message):
    with pytest.raises(ValueError, match=message):
        estimate_foreground(image, alpha)


@pytest.mark.parametrize('method', [reestimate_cf, reestimate_ml])
def test_alternatives_keep_opaque_colours_and_fill_the_rest(method):
    fg = np.full((40, 40, 3), 100, np.uint8)
    fg[:, 30:] = 7  # noise where nothing can be seen
    alpha = np.zeros((40, 40), np.uint8)
    alpha[:, :20] = 255

    colours = method(fg, alpha)

    assert colours.dtype == np.uint8
    np.testing.assert_array_equal(colours[:, :20], fg[:, :20])
    assert not np.array_equal(colours[:, 30:], fg[:, 30:])


def test_roughness_in_closed_form():
    fg = np.zeros((2, 3, 3), np.uint8)
    fg[:, 1:, 0] = 255
    # One step of 1 to the right in two rows, in one channel.
    assert roughness(fg, np.zeros((2, 3), np.uint8)) == pytest.approx(2)
    assert roughness(fg, np.full((2, 3), 255, np.uint8)) == 0
    fg[1, 0, 0] = 255  # now a step down at (0, 0) too: hypot(1, 1); none in the second row
    assert roughness(fg, np.zeros((2, 3), np.uint8)) == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize('value', [0.5, 1.0])
@pytest.mark.parametrize('size', [(1, 1), (1, 5), (5, 1), (2, 2)])
def test_the_smallest_images_have_colours(size, value):
    image = np.full((*size, 3), 9, np.uint8)
    np.testing.assert_array_equal(estimate_foreground(image, np.full(size, value)), image)
