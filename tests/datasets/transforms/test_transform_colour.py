from itertools import permutations

import numpy as np
import pytest

from lsmatting_plugin.registry import TRANSFORMS

ADJUSTMENTS = ('brightness', 'contrast', 'saturation')


@pytest.fixture
def tinted(sample):
    """An image whose grey is far from the mean of its channels."""
    return (sample['fg'] * np.array([0.1, 1, 0.4])).astype(np.uint8)


def jitter_by(apply, image, adjustment, seed=0):
    """The image after one adjustment alone, and the factor that the given seed draws for it."""
    strengths = {**dict.fromkeys(ADJUSTMENTS, 0), adjustment: 0.5}
    results = apply('ColorJitter', {'fg': image}, seed, keys='fg', **strengths)
    rng = np.random.default_rng(seed)
    order = [ADJUSTMENTS[index] for index in rng.permutation(3)]
    factors = {name: rng.uniform(1 - strengths[name], 1 + strengths[name]) for name in order}
    return results['fg'], factors[adjustment]


def test_invert(apply, sample):
    results = apply('RandomInvert', sample, prob=1)

    np.testing.assert_array_equal(results['fg'], 255 - sample['fg'])
    assert results['bg'] is sample['bg']


def test_channel_shuffle_reaches_each_order(apply, sample):
    orders = {order: sample['fg'][..., list(order)].tobytes() for order in permutations(range(3))}

    seen = {
        apply('RandomChannelShuffle', sample, seed, prob=1)['fg'].tobytes() for seed in range(60)
    }

    assert seen == set(orders.values())


class TestChannelBlend:
    def test_formula(self, apply):
        # On a channel that holds 0 and 255: colour * (1 - w), and 255 * w more.
        image = np.zeros((1, 2, 3), np.uint8)
        image[0, 1] = 255
        rng = np.random.default_rng(5)
        rng.random()  # the coin
        weight, colour = rng.uniform(0, 1, 3), rng.uniform(0, 255, 3)

        results = apply('RandomChannelBlend', {'fg': image}, seed=5, prob=1)

        dark, light = colour * (1 - weight), colour * (1 - weight) + 255 * weight
        np.testing.assert_array_equal(results['fg'], np.rint([[dark, light]]))

    def test_weight_and_colour_are_uniform(self, apply):
        image = np.zeros((1, 2, 3), np.uint8)
        image[0, 1] = 255

        blends = np.array(
            [
                apply('RandomChannelBlend', {'fg': image}, seed, prob=1)['fg'][0].astype(float)
                for seed in range(500)
            ]
        )
        weights = (blends[:, 1] - blends[:, 0]) / 255

        assert np.mean(weights) == pytest.approx(1 / 2, abs=0.03)
        assert np.std(weights) == pytest.approx(1 / 12**0.5, abs=0.02)
        # mean of colour * (1 - w)
        assert np.mean(blends[:, 0]) == pytest.approx(255 / 4, abs=6)


class TestColorJitter:
    def test_no_strength_is_the_identity(self, apply, assert_same, sample):
        results = apply('ColorJitter', sample, brightness=0, contrast=0, saturation=0)

        assert_same(results, sample, 'fg', 'bg')

    @pytest.mark.parametrize('seed', range(6))
    def test_brightness_is_a_multiple(self, apply, tinted, seed):
        image, factor = jitter_by(apply, tinted, 'brightness', seed=seed)

        expected = np.clip(np.rint(factor * tinted), 0, 255)
        np.testing.assert_allclose(image, expected, atol=1)

    @pytest.mark.parametrize('seed', range(6))
    def test_contrast_is_about_the_mean_grey(self, apply, tinted, seed):
        image, factor = jitter_by(apply, tinted, 'contrast', seed=seed)

        blue, green, red = np.moveaxis(tinted.astype(float), -1, 0)
        mean = np.rint((0.299 * red + 0.587 * green + 0.114 * blue).mean())
        expected = np.clip(np.rint(mean + factor * (tinted - mean)), 0, 255)
        np.testing.assert_allclose(image, expected, atol=1)

    @pytest.mark.parametrize('seed', range(6))
    def test_saturation_is_about_the_grey_of_each_pixel(self, apply, tinted, seed):
        image, factor = jitter_by(apply, tinted, 'saturation', seed=seed)

        blue, green, red = np.moveaxis(tinted.astype(float), -1, 0)
        grey = np.rint(0.299 * red + 0.587 * green + 0.114 * blue)[..., None]
        expected = np.clip(np.rint(grey + factor * (tinted - grey)), 0, 255)
        np.testing.assert_allclose(image, expected, atol=1)

    @pytest.mark.parametrize(
        ('adjustment', 'enhancer'),
        [('brightness', 'Brightness'), ('contrast', 'Contrast'), ('saturation', 'Color')],
    )
    def test_agrees_with_pil_up_to_its_truncation(self, apply, tinted, adjustment, enhancer):
        pil_image = pytest.importorskip('PIL.Image')
        pil_enhance = pytest.importorskip('PIL.ImageEnhance')

        image, factor = jitter_by(apply, tinted, adjustment)

        rgb = pil_image.fromarray(np.ascontiguousarray(tinted[..., ::-1]))
        expected = np.asarray(getattr(pil_enhance, enhancer)(rgb).enhance(factor))[..., ::-1]
        np.testing.assert_allclose(image.astype(int), expected, atol=1)

    def test_each_key_has_its_own_factors(self, apply, sample):
        sample['bg'] = sample['fg']

        results = apply('ColorJitter', sample)

        assert not np.array_equal(results['fg'], results['bg'])

    def test_factors_are_uniform(self, apply):
        # Grey 100 keeps its saturation and contrast, so only the brightness factor shows.
        grey = np.full((1, 1, 3), 100, np.uint8)

        levels = [
            apply('ColorJitter', {'fg': grey}, s, keys='fg')['fg'][0, 0, 0] for s in range(500)
        ]

        assert min(levels) in (80, 81)
        assert max(levels) in (119, 120)
        assert np.std(levels) == pytest.approx(40 / 12**0.5, abs=1)

    @pytest.mark.parametrize('argument', ADJUSTMENTS)
    @pytest.mark.parametrize('value', [-0.1, 1.1])
    def test_bad_arguments(self, argument, value):
        with pytest.raises(ValueError, match=argument):
            TRANSFORMS.build(dict(type='ColorJitter', **{argument: value}))
