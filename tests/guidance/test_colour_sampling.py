import numpy as np
import pytest
from oracles.colour_sampling import best_pairs

from lsmatting_plugin.guidance.colour_sampling import sample_colours


def strip(width=40, height=12, seed=0):
    """Foreground left, background right, 10 unknown columns between; colours with some noise."""
    rng = np.random.default_rng(seed)
    alpha = np.clip((25 - np.arange(width)) / 10, 0, 1) * np.ones((height, 1))
    fg = np.array([200, 80, 40]) + rng.normal(0, 6, (height, width, 3))
    bg = np.array([30, 60, 190]) + rng.normal(0, 6, (height, width, 3))
    image = fg * alpha[..., None] + bg * (1 - alpha[..., None])
    trimap = np.full((height, width), 128, np.uint8)
    trimap[:, :15], trimap[:, 25:] = 255, 0
    return np.rint(np.clip(image, 0, 255)).astype(np.uint8), trimap, alpha


def test_alpha_is_the_share_of_the_foreground_colour():
    image, trimap, alpha = strip()
    found = sample_colours(image, trimap)
    assert np.abs(found.alpha - alpha[trimap == 128]).mean() < 0.03
    assert found.alpha.dtype == np.float32
    assert found.alpha.min() >= 0
    assert found.alpha.max() <= 1


def test_the_random_search_comes_near_the_best_of_all_pairs():
    image, trimap, _ = strip()
    # Where all known pixels lie at the border, all are candidates.
    image, trimap = image[:, 14:26], trimap[:, 14:26]
    _, cost = best_pairs(image, trimap)
    found = sample_colours(image, trimap, iterations=20)
    assert (found.cost >= cost - 1e-3).all()
    assert found.cost.mean() < 1.1 * cost.mean()


def test_the_cost_is_distortion_and_two_distances_of_at_least_one():
    image, trimap, _ = strip()
    found = sample_colours(image, trimap)
    assert (found.cost >= found.distortion + 2 - 1e-3).all()


def test_a_colour_like_neither_side_is_told_by_its_distortion():
    image, trimap, _ = strip()
    image[4:8, 18:22] = (20, 250, 20)
    distortion = np.zeros(trimap.shape, np.float32)
    distortion[trimap == 128] = sample_colours(image, trimap).distortion
    assert distortion[4:8, 18:22].min() > 100
    assert np.median(distortion[:3]) < 5


def test_equal_seeds_give_equal_results():
    image, trimap, _ = strip()
    first, again, other = (sample_colours(image, trimap, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.alpha, again.alpha)
    assert (first.alpha != other.alpha).any()


@pytest.mark.parametrize('value, name', [(255, 'foreground'), (0, 'background')])
def test_a_missing_side_is_an_error(value, name):
    image, trimap, _ = strip()
    trimap[trimap == value] = 128
    with pytest.raises(ValueError, match=f'no {name}'):
        sample_colours(image, trimap)


def test_a_side_that_touches_no_unknown_pixel_is_sampled_all_the_same():
    image, trimap, _ = strip()
    trimap[:, 15:20] = 0  # a ring of background between foreground and unknown
    found = sample_colours(image, trimap)
    assert np.isfinite(found.cost).all()
