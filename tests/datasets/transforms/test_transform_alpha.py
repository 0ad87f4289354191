import numpy as np
import pytest

from lsmatting_plugin.registry import TRANSFORMS

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)


def bend(apply, seed, **arguments):
    return apply('RandomAlphaGamma', {'alpha': RAMP}, seed, prob=1, **arguments)['alpha']


def test_square_and_its_mirror_image(apply):
    a = np.arange(256) / 255
    curves = {tuple((a**2 * 255).astype(int)), tuple(((1 - (1 - a) ** 2) * 255).astype(int))}

    seen = {tuple(bend(apply, seed, low=(2, 2), high=(2, 2)).ravel()) for seed in range(20)}

    assert seen == curves


def test_0_and_255_stay_and_order_is_kept(apply):
    for seed in range(300):
        alpha = bend(apply, seed).ravel()
        assert (alpha[0], alpha[255]) == (0, 255)
        assert (np.diff(alpha.astype(int)) >= 0).all()


def test_both_ranges_and_both_curves_are_as_likely(apply):
    # g = 0.5 and 1 - (1 - a)^2 lighten, g = 2 and 1 - (1 - a)^0.5 darken; all four differ.
    middles = [bend(apply, seed, low=(0.5, 0.5), high=(2, 2)).ravel()[128] for seed in range(800)]

    levels, counts = np.unique(middles, return_counts=True)

    a = 128 / 255
    expected = sorted(int(255 * x) for x in (a**0.5, a**2, 1 - (1 - a) ** 0.5, 1 - (1 - a) ** 2))
    assert levels.tolist() == expected
    assert counts == pytest.approx([200] * 4, abs=50)


@pytest.mark.parametrize('bounds', [(0, 1), (-1, 1), (2, 1)])
@pytest.mark.parametrize('argument', ['low', 'high'])
def test_bad_exponents(argument, bounds):
    with pytest.raises(ValueError, match=argument):
        TRANSFORMS.build(dict(type='RandomAlphaGamma', **{argument: bounds}))
