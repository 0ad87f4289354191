import numpy as np
import pytest
from oracles import compositing as oracle

from lsmatting_plugin.datasets.preparation import composite


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    fg = rng.integers(0, 256, (37, 45, 3), dtype=np.uint8)
    return fg, rng.integers(0, 256, (37, 45), dtype=np.uint8), rng


@pytest.mark.parametrize('size', [(37, 45), (20, 90), (90, 20), (36, 45), (13, 17), (80, 99)])
def test_adobe_is_the_data_set_s_script(images, size):
    fg, alpha, rng = images
    bg = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    np.testing.assert_array_equal(composite(fg, alpha, bg, 'adobe'), oracle.adobe(fg, alpha, bg))


def test_adobe_is_exact_for_every_alpha_and_pair_of_colours():
    levels = range(256)
    fg, bg = (np.repeat(x[..., None], 3, axis=2) for x in np.mgrid[:256, :256].astype(np.uint8))
    for level in levels:
        a = level / 255  # from here on Python's own numbers, as in the script
        front, back = [a * f for f in levels], [(1 - a) * b for b in levels]
        expected = np.array([int(f + b) for f in front for b in back]).reshape(256, 256)
        merged = composite(fg, np.full((256, 256), level, np.uint8), bg, 'adobe')
        np.testing.assert_array_equal(merged[..., 0], expected)


def test_adobe_truncates_where_a_colour_misses_a_whole_number_from_below():
    alpha, value = np.mgrid[:256, :256].astype(np.uint8)
    fg = np.repeat(value[..., None], 3, axis=2)
    merged = composite(fg, alpha, fg, 'adobe')  # of equal colours, which truncation darkens
    np.testing.assert_array_equal(merged, oracle.adobe(fg, alpha, fg))
    assert 0 < (merged < fg).mean() < 0.2
    np.testing.assert_array_equal(composite(fg, alpha, fg, 'cv2'), fg)


def test_cv2_rounds(images):
    fg, alpha, rng = images
    bg = rng.integers(0, 256, (50, 60, 3), dtype=np.uint8)
    a = alpha[..., None] / 255
    expected = np.rint(a * fg + (1 - a) * bg[:37, :45]).astype(np.uint8)
    np.testing.assert_array_equal(composite(fg, alpha, bg, 'cv2'), expected)


def test_the_modes_enlarge_a_small_background_each_in_its_way(images):
    fg, alpha, rng = images
    bg = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    nothing = np.zeros_like(alpha)
    adobe, linear = (composite(fg, nothing, bg, mode) for mode in ('adobe', 'cv2'))
    assert np.abs(adobe.astype(int) - linear).mean() > 1


def test_what_makes_no_sense_is_refused(images):
    fg, alpha, _ = images
    with pytest.raises(ValueError, match=r"'adobe', 'cv2'.* not 'pil'"):
        composite(fg, alpha, fg, 'pil')
    with pytest.raises(ValueError, match='alpha'):
        composite(fg, alpha[1:], fg)
