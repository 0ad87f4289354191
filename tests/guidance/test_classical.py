import numpy as np
import pymatting
import pytest

from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.evaluation.baseline import trivial_alpha
from lsmatting_plugin.guidance.classical import CLASSICAL_METHODS, estimate_alpha, window_to_see
from lsmatting_plugin.trimap import trimap_of_mask


@pytest.fixture(scope='module')
def picture():
    """A generated photo, its true alpha and a trimap."""
    rng = np.random.default_rng(3)
    fg, alpha = make_foreground(96, rng, 'hair')
    bg = make_background(96, rng)[: alpha.shape[0], : alpha.shape[1]]
    bg = np.resize(bg, fg.shape) if bg.shape != fg.shape else bg
    weight = alpha[..., None] / 255
    image = np.rint(weight * fg + (1 - weight) * bg).astype(np.uint8)
    return image, alpha, trimap_of_mask(alpha, 3)


@pytest.mark.parametrize('method', CLASSICAL_METHODS)
def test_mattes_beat_the_trivial_one_and_keep_what_is_known(picture, method):
    image, true, trimap = picture
    alpha = estimate_alpha(image, trimap, method)
    assert alpha.dtype == np.float32 and alpha.shape == trimap.shape
    assert alpha.min() >= 0 and alpha.max() <= 1
    assert (alpha[trimap == 255] == 1).all() and (alpha[trimap == 0] == 0).all()
    is_unknown = trimap == 128
    errors = [np.abs(a - true / 255)[is_unknown].mean() for a in (alpha, trivial_alpha(trimap))]
    assert errors[0] < errors[1]


def test_the_window_round_the_unknown_region_is_enough(picture):
    image, _, trimap = picture
    image = np.pad(image, ((0, 0), (0, 200), (0, 0)), 'edge')
    trimap = np.pad(trimap, ((0, 0), (0, 200)))
    whole = pymatting.estimate_alpha_cf(image[..., ::-1] / 255, trimap / 255)
    is_unknown = trimap == 128
    difference = np.abs(estimate_alpha(image, trimap) - whole)[is_unknown]
    assert difference.mean() < 0.005


@pytest.mark.parametrize('missing', [0, 255])
def test_a_trimap_without_one_side_has_a_matte(picture, missing):
    image, _, trimap = picture
    trimap = np.where(trimap == missing, 128, trimap).astype(np.uint8)
    alpha = estimate_alpha(image, trimap)
    assert np.isfinite(alpha).all()
    assert alpha.std() > 0.05


@pytest.mark.parametrize('method', CLASSICAL_METHODS)
@pytest.mark.parametrize('side', [5, 30])
def test_images_smaller_than_the_methods_windows_have_a_matte(method, side):
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    trimap = np.full((side, side), 128, np.uint8)
    trimap[0], trimap[-1] = 0, 255
    alpha = estimate_alpha(image, trimap, method)
    assert (alpha[0] == 0).all() and (alpha[-1] == 1).all()


def test_a_side_far_from_the_unknown_region_is_not_taken_for_missing():
    """Of a flat background nothing can be told but that it is the background's colour."""
    image = np.full((40, 200, 3), 60, np.uint8)
    image[:, :20] = 200
    trimap = np.zeros((40, 200), np.uint8)
    trimap[:, :20], trimap[10:20, 180:190] = 255, 128  # a stray stroke, 160 px from the object
    for method in ('closed-form', 'learning-based', 'random-walk', 'sampled-closed-form'):
        assert estimate_alpha(image, trimap, method).max(where=trimap == 128, initial=0) < 0.01


def test_the_window_grows_until_it_shows_both_sides():
    trimap = np.zeros((50, 300), np.uint8)
    trimap[20, 250], trimap[20, 30] = 128, 255
    rows, columns = window_to_see(trimap, 32)
    assert columns.start <= 30
    assert (trimap[rows, columns] == 255).any()
    trimap[20, 240] = 255
    assert window_to_see(trimap, 32)[1] == slice(218, 283)


def test_nothing_unknown_is_the_trimap_itself():
    trimap = np.array([[0, 255]], np.uint8)
    assert estimate_alpha(np.zeros((1, 2, 3), np.uint8), trimap).tolist() == [[0, 1]]


def test_what_cannot_be_estimated_is_refused(picture):
    image, _, trimap = picture
    with pytest.raises(ValueError, match='some foreground or background is known'):
        estimate_alpha(image, np.full_like(trimap, 128))
    with pytest.raises(ValueError, match=r"'closed-form', .* not 'magic'"):
        estimate_alpha(image, trimap, 'magic')
