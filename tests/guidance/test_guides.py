import numpy as np
import pytest

from lsmatting_plugin.guidance import GUIDES, guides, make_guide
from lsmatting_plugin.guidance.push_pull import spread


def scene(size=48):
    """A disc with a soft rim over a plain background; trimap and true alpha."""
    y, x = np.mgrid[:size, :size] - size / 2
    alpha = np.clip((0.3 * size - np.hypot(y, x)) / 6 + 0.5, 0, 1)
    fg, bg = np.array([40, 90, 210]), np.array([200, 180, 60])
    noise = np.random.default_rng(0).normal(0, 2, (size, size, 3))
    image = fg * alpha[..., None] + bg * (1 - alpha[..., None]) + noise
    trimap = np.where(alpha >= 1, 255, np.where(alpha <= 0, 0, 128)).astype(np.uint8)
    return np.rint(np.clip(image, 0, 255)).astype(np.uint8), trimap, alpha


@pytest.mark.parametrize('name', GUIDES)
def test_every_guide_is_near_alpha_and_exact_where_it_is_known(name):
    image, trimap, alpha = scene()
    guide = make_guide(name, image, trimap)
    assert guide.shape == (*trimap.shape, GUIDES[name].num_channels)
    assert guide.dtype == np.float32
    assert guide.min() >= 0
    assert guide.max() <= 255
    is_known = trimap != 128
    np.testing.assert_array_equal(guide[is_known][:, 0], trimap[is_known])
    assert np.abs(guide[..., 0] / 255 - alpha)[~is_known].mean() < 0.1


@pytest.mark.parametrize('value', [0, 128, 255])
def test_a_trimap_of_one_value_is_its_own_guide(value):
    image, trimap, _ = scene()
    guide = make_guide('sampling', image, np.full_like(trimap, value))
    assert (guide == value).all()


@pytest.mark.parametrize('side', [0, 255])
def test_a_side_of_which_nothing_is_known_is_guessed(side):
    image, trimap, alpha = scene()
    trimap[trimap == side] = 128
    guide = make_guide('sampling', image, trimap)[..., 0] / 255
    assert np.abs(guide - alpha).mean() < 0.1


def test_large_unknown_regions_are_guided_at_a_smaller_size(monkeypatch):
    image, trimap, alpha = scene(size=96)
    exact = make_guide('sampling', image, trimap)
    sizes = []
    draw = GUIDES['sampling'].draw
    monkeypatch.setitem(
        GUIDES,
        'sampling',
        GUIDES['sampling']._replace(draw=lambda i, t: sizes.append(t.shape) or draw(i, t)),
    )
    monkeypatch.setattr(guides, 'MAX_UNKNOWN', np.count_nonzero(trimap == 128) // 4)
    reduced = make_guide('sampling', image, trimap)
    assert sizes == [(48, 48)]
    assert reduced.shape == exact.shape
    assert np.abs(reduced[..., 0] / 255 - alpha)[trimap == 128].mean() < 0.1


def test_an_unknown_guide_is_an_error():
    image, trimap, _ = scene()
    with pytest.raises(ValueError, match=r"one of .*'sampling'.*, not 'magic'"):
        make_guide('magic', image, trimap)


def test_spread_keeps_what_is_known_and_fills_the_rest_between():
    colours = np.zeros((16, 16, 3), np.float32)
    colours[:, 0], colours[:, 15] = 100, 200
    weight = np.zeros((16, 16), np.float32)
    weight[:, [0, 15]] = 1
    filled = spread(colours, weight)
    np.testing.assert_array_equal(filled[:, [0, 15]], colours[:, [0, 15]])
    assert (filled[:, 1:15] >= 100).all()
    assert (filled[:, 1:15] <= 200).all()
    assert filled[:, 3].mean() < filled[:, 12].mean()


@pytest.mark.parametrize('shape', [(1, 3), (3, 1), (2, 9), (1, 40)])
def test_images_of_a_few_pixels_have_a_guide(shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    trimap = np.full(shape, 128, np.uint8)
    trimap.ravel()[0], trimap.ravel()[-1] = 0, 255
    guide = make_guide('sampling', image, trimap)
    assert guide.shape == (*shape, 3)
    assert np.isfinite(guide).all()


def test_equal_colours_are_guessed_to_one_side():
    trimap = np.full((9, 9), 128, np.uint8)
    trimap[0] = 255
    guide = make_guide('sampling', np.full((9, 9, 3), 77, np.uint8), trimap)
    assert np.isfinite(guide).all()


def test_unknown_pixels_of_the_backgrounds_own_colour_are_background():
    """The equations' right side is 0 there."""
    image = np.full((30, 30, 3), 90, np.uint8)
    image[:, :4] = 240
    trimap = np.zeros((30, 30), np.uint8)
    trimap[:, :4], trimap[10:20, 15:25] = 255, 128
    guide = make_guide('sampling', image, trimap)
    assert guide[trimap == 128, 0].max() < 3


def test_a_side_of_a_few_pixels_survives_the_reduction(monkeypatch):
    monkeypatch.setattr(guides, 'MAX_UNKNOWN', 40)
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (60, 60, 3), np.uint8)
    trimap = np.zeros((60, 60), np.uint8)
    trimap[10:50, 10:50], trimap[31, 33] = 128, 255
    assert np.isfinite(make_guide('sampling', image, trimap)).all()
