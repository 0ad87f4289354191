import numpy as np
import pytest
from oracles import reestimate as oracle

from lsmatting_plugin.foreground import reestimate_foreground

FG = np.zeros((4, 6, 3), np.uint8)
ALPHA = np.zeros((4, 6), np.uint8)


def random_fg(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def random_alpha(height, width):
    """Half of the pixels 0 or 255, the others anything between."""
    rng = np.random.default_rng(1)
    values = rng.integers(-127, 384, (height, width))
    return values.clip(0, 255).astype(np.uint8)


def assert_within_a_level(colours, expected):
    assert colours.dtype == np.uint8
    np.testing.assert_allclose(colours.astype(int), expected.astype(int), rtol=0, atol=1)


@pytest.mark.parametrize('number', range(4))
def test_agrees_with_the_original_implementation(golden_dir, number):
    with np.load(golden_dir / 'reestimate.npz') as golden:
        fg, alpha, out = (golden[f'{name}_{number}'] for name in ('fg', 'alpha', 'out'))

    assert_within_a_level(reestimate_foreground(fg, alpha), out)


@pytest.mark.parametrize('size', [(1, 1), (1, 9), (7, 1), (2, 2), (3, 31), (19, 33)])
def test_agrees_with_the_formula_at_any_size(size):
    fg, alpha = random_fg(*size), random_alpha(*size)

    expected = oracle.reestimate_foreground(fg, alpha)

    assert_within_a_level(reestimate_foreground(fg, alpha), expected)


@pytest.mark.parametrize('level', [0, 1, 128, 254, 255])
def test_agrees_with_the_formula_where_alpha_is_flat(level):
    fg, alpha = random_fg(9, 7), np.full((9, 7), level, np.uint8)

    expected = oracle.reestimate_foreground(fg, alpha)

    assert_within_a_level(reestimate_foreground(fg, alpha), expected)


@pytest.mark.parametrize(
    'arguments',
    [dict(kappa=0.1), dict(num_scales=1), dict(num_scales=2, base_iterations=3)],
)
def test_agrees_with_the_formula_for_other_settings(arguments):
    fg, alpha = random_fg(11, 14), random_alpha(11, 14)

    expected = oracle.reestimate_foreground(fg, alpha, **arguments)

    assert_within_a_level(reestimate_foreground(fg, alpha, **arguments), expected)


def test_opaque_colours_stay():
    fg = random_fg(20, 30)

    assert_within_a_level(reestimate_foreground(fg, np.full((20, 30), 255, np.uint8)), fg)


def test_colours_where_alpha_is_0_do_not_matter_near_opaque_ones():
    """Noise in invisible pixels is replaced by what continues the visible colours."""
    alpha = np.zeros((32, 32), np.uint8)
    alpha[:, ::4] = 255
    fgs = [np.where(alpha[..., None] == 255, 90, random_fg(32, 32, seed)) for seed in range(2)]

    for fg in fgs:
        colours = reestimate_foreground(fg.astype(np.uint8), alpha)
        np.testing.assert_allclose(colours, 90, atol=2)


def test_arguments_stay_as_they_are():
    fg, alpha = random_fg(8, 8), random_alpha(8, 8)

    reestimate_foreground(fg, alpha)

    np.testing.assert_array_equal(fg, random_fg(8, 8))
    np.testing.assert_array_equal(alpha, random_alpha(8, 8))


@pytest.mark.parametrize(
    'fg, alpha, complaint',
    [
        (FG / 255, ALPHA, r'fg must be uint8 \(H, W, 3\), not float64 \(4, 6, 3\)'),
        (FG[..., 0], ALPHA, r'fg must be uint8 \(H, W, 3\), not uint8 \(4, 6\)'),
        (FG[..., :2], ALPHA, r'fg must be .* \(4, 6, 2\)'),
        (FG, ALPHA / 255, r'alpha must be uint8 \(H, W\), not float64 \(4, 6\)'),
        (FG, FG, r'alpha must be uint8 \(H, W\), not uint8 \(4, 6, 3\)'),
        (FG, ALPHA.T, r'fg \(4, 6, 3\) and alpha \(6, 4\) must have one size'),
        (FG[:0], ALPHA[:0], 'not empty'),
    ],
)
def test_other_arrays_are_refused(fg, alpha, complaint):
    with pytest.raises(ValueError, match=complaint):
        reestimate_foreground(fg, alpha)
