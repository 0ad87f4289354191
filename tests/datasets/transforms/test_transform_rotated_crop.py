import dataclasses

import cv2
import numpy as np
import pytest
from oracles import plain_pipeline as oracle

from lsmatting_plugin.datasets.transforms import RandomRotatedCrop
from lsmatting_plugin.datasets.transforms.rotated_crop import enlarged

UPRIGHT = dict(rotate_prob=0, flip_prob=0)


def coordinates(height, width):
    """An image whose pixels hold their own (x, y): it shows where a crop was taken from."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return np.dstack([x, y, np.zeros_like(x)])


def smooth_noise(height, width, channels, seed):
    """Large and small blobs: what photographs are to a resampler, and sharper than most."""
    noise = np.random.default_rng(seed).normal(size=(height, width, channels))
    image = sum(cv2.GaussianBlur(noise, None, sigma) * sigma * 40 for sigma in (1.5, 6))
    return np.clip(image + 128, 0, 255).astype(np.uint8)


@pytest.fixture
def photos():
    """A foreground of hairs on a disc, as soft as a lens makes them, and a smaller background."""
    alpha = np.zeros((420, 330), np.uint8)
    cv2.circle(alpha, (180, 200), 90, 255, -1, cv2.LINE_AA)
    rng = np.random.default_rng(0)
    for angle in rng.uniform(0, 2 * np.pi, 60):
        direction = np.array([np.cos(angle), np.sin(angle)])
        begin, end = (np.array([180, 200]) + direction * length for length in (80, 150))
        cv2.line(alpha, begin.astype(int), end.astype(int), 255, 1, cv2.LINE_AA)
    alpha = cv2.GaussianBlur(alpha, None, 1)
    return dict(
        fg=smooth_noise(420, 330, 3, seed=1), alpha=alpha, bg=smooth_noise(200, 260, 3, seed=2)
    )


def draw(transform, sample, seed):
    return transform.draw({'rng': np.random.default_rng(seed), **sample})


class TestPixels:
    @pytest.mark.parametrize('rotate_prob', [0, 1])
    @pytest.mark.parametrize('crop_range', [(120, 320), (400, 600)])  # the latter enlarges
    def test_are_those_of_the_separate_steps(self, photos, crop_range, rotate_prob):
        transform = RandomRotatedCrop(160, crop_range, rotate_prob=rotate_prob)

        for seed in range(12):
            fg_view, bg_view = draw(transform, photos, seed)
            for key, view in (('fg', fg_view), ('alpha', fg_view), ('bg', bg_view)):
                crop, plain = view.of(photos[key]), oracle.view_of(photos[key], view)
                if not rotate_prob:
                    np.testing.assert_array_equal(crop, plain)
                    continue
                # Resampled once, not twice or three times: sharper by a little.
                difference = np.abs(crop.astype(int) - plain)
                assert difference.mean() < 2.5, (seed, key)
                # No shift: moved by half a pixel either way it would fit less well.
                for moved in (shifted(view, 0.5, 0), shifted(view, 0, 0.5)):
                    other = moved.of(photos[key]).astype(int)
                    assert np.abs(other - plain).mean() > difference.mean()

    def test_without_random_parts_are_those_of_the_plain_pipeline(self, apply, photos):
        photos['alpha'] = np.zeros((420, 330), np.uint8)  # the window is in the middle

        fast = apply('RandomRotatedCrop', photos, size=100, crop_range=(160, 160), **UPRIGHT)
        plain = oracle.RotatedCrop(100, (160, 160), **UPRIGHT)(
            {'rng': np.random.default_rng(0), **photos}
        )

        for key in photos:
            np.testing.assert_array_equal(fast[key], plain[key])

    def test_a_rotation_by_0_degrees_is_none(self, photos):
        transform = RandomRotatedCrop(100, (160, 160), rotate_prob=1, max_angle=0, flip_prob=0)

        fg_view, _ = draw(transform, photos, seed=0)

        assert fg_view.rotation is not None
        crop = fg_view.of(photos['fg']).astype(int)
        # The warp's coordinates are exact to 1/32 of a pixel.
        assert np.abs(crop - oracle.view_of(photos['fg'], fg_view)).mean() < 1

    def test_fg_and_alpha_move_together_and_bg_apart(self, apply, photos):
        photos['fg'] = photos['bg'] = np.repeat(photos['alpha'][..., None], 3, axis=2)

        results = apply('RandomRotatedCrop', photos, size=160, crop_range=(160, 160), rotate_prob=1)

        np.testing.assert_array_equal(results['fg'][..., 0], results['alpha'])
        assert not np.array_equal(results['fg'], results['bg'])

    def test_outside_is_zero(self, apply):
        white = np.full((40, 40), 255, np.uint8)
        sample = dict(fg=cv2.merge([white] * 3), bg=cv2.merge([white] * 3), alpha=white)

        # Seed 1 draws an angle far from a multiple of 90 degrees, which cuts the corners off.
        arguments = dict(size=40, crop_range=(40, 40), rotate_prob=1, max_shift=0)
        alpha = apply('RandomRotatedCrop', sample, seed=1, **arguments)['alpha']

        assert alpha[20, 20] == 255
        assert min(alpha[0, 0], alpha[0, -1], alpha[-1, 0], alpha[-1, -1]) == 0


def shifted(view, x, y):
    """The view with its image moved by a part of a pixel."""
    return dataclasses.replace(view, rotation=view.rotation + np.array([[0, 0, x], [0, 0, y]]))


class TestDistribution:
    """Against the plain steps: 400 draws of each, which are other ones."""

    DRAWS = 400

    @pytest.fixture
    def samples(self, photos):
        def measure(transform):
            measures = []
            for seed in range(self.DRAWS):
                results = transform({'rng': np.random.default_rng(seed), **photos})
                alpha = results['alpha']
                measures.append(
                    dict(
                        alpha=alpha.mean() / 255,
                        soft=((alpha > 0) & (alpha < 255)).mean(),
                        # Pixels that came in from outside
                        black=(results['bg'] == 0).all(axis=2).mean(),
                        colour=results['fg'].mean(),
                        column=(alpha.mean(0) * np.arange(alpha.shape[1])).mean(),
                        bg=results['bg'].mean(),
                    )
                )
            return {key: np.array([m[key] for m in measures]) for key in measures[0]}

        return measure

    # Enlarged or reduced by as much as in the recipe; in the second case many windows exceed the
    # image.
    @pytest.mark.parametrize(('size', 'crop_range'), [(80, (60, 100)), (300, (225, 375))])
    def test_of_what_a_crop_holds(self, samples, size, crop_range, monkeypatch):
        # The image is small: a step of 2 or 3, as photographs of megapixels have it.
        monkeypatch.setattr(
            'lsmatting_plugin.datasets.transforms.rotated_crop.GRID_PIXELS', 160 * 120
        )
        fast = samples(RandomRotatedCrop(size, crop_range))
        plain = samples(oracle.RotatedCrop(size, crop_range))

        for key in fast:
            # Two samples of 400 of one distribution: the largest distance of their cumulated
            # shares is above 1.95 sqrt(2 / 400) = 0.138 in 1 of 1000 cases (Kolmogorov, Smirnov).
            assert kolmogorov_smirnov(fast[key], plain[key]) < 0.138, key

    def test_of_the_window(self, photos, monkeypatch):
        monkeypatch.setattr(
            'lsmatting_plugin.datasets.transforms.rotated_crop.GRID_PIXELS', 160 * 120
        )
        transform = RandomRotatedCrop(80, (80, 80), **UPRIGHT)
        plain = oracle.RotatedCrop(80, (80, 80), **UPRIGHT)
        views = [draw(transform, photos, seed)[0] for seed in range(self.DRAWS)]
        fast = np.array([(view.top, view.left) for view in views])
        windows = [
            plain.choose_window(photos['alpha'], 80, np.random.default_rng(seed))
            for seed in range(self.DRAWS)
        ]
        slow = np.array([(rows.start, columns.start) for rows, columns in windows])

        for axis in (0, 1):
            assert kolmogorov_smirnov(fast[:, axis], slow[:, axis]) < 0.138
        # Every pixel can be the centre, not those of a fixed grid alone.
        assert len(set(fast[:, 0] % 4)) == 4

    def test_of_angle_and_centre(self, photos, monkeypatch):
        drawn = []
        rotation_matrix = cv2.getRotationMatrix2D

        def record(centre, angle, scale):
            drawn.append((*centre, angle))
            return rotation_matrix(centre, angle, scale)

        monkeypatch.setattr(cv2, 'getRotationMatrix2D', record)
        transform = RandomRotatedCrop(80, (80, 80), rotate_prob=1)
        for seed in range(250):
            draw(transform, photos, seed)

        x, y, angle = np.array(drawn).T
        assert set(x) == {164.5 + shift for shift in range(-10, 11)}
        assert set(y) == {209.5 + shift for shift in range(-10, 11)}
        assert -180 <= angle.min() < -170
        assert 170 < angle.max() <= 180
        # uniform over 360 degrees: standard deviation 360 / sqrt(12) = 104
        assert np.std(angle) == pytest.approx(104, abs=8)

    def test_of_the_coins(self, photos):
        transform = RandomRotatedCrop(80, (80, 80), rotate_prob=0.3, flip_prob=0.6)
        views = [draw(transform, photos, seed) for seed in range(400)]

        is_rotated = [[view.rotation is not None for view in pair] for pair in views]
        is_flipped = np.array([[view.is_flipped for view in pair] for pair in views])

        assert all(fg == bg for fg, bg in is_rotated)  # one coin for both
        assert np.mean(is_rotated) == pytest.approx(0.3, abs=0.08)
        assert is_flipped.mean(axis=0) == pytest.approx([0.6, 0.6], abs=0.08)
        # coins of their own: both in 36 of 100 cases
        assert is_flipped.all(axis=1).mean() == pytest.approx(0.36, abs=0.08)


def kolmogorov_smirnov(first, second):
    """Largest difference of the cumulated shares of two samples."""
    values = np.sort(np.concatenate([first, second]))
    shares = [np.searchsorted(np.sort(x), values, side='right') / len(x) for x in (first, second)]
    return np.abs(shares[0] - shares[1]).max()


class TestWindow:
    def crop(self, apply, alpha, seed=0, **arguments):
        """Where the window of an upright crop lies: top, left, side."""
        transform = RandomRotatedCrop(10, **UPRIGHT, **arguments)
        fg = np.zeros((*alpha.shape, 3), np.uint8)
        view, _ = draw(transform, dict(fg=fg, alpha=alpha), seed)
        return view.top, view.left, view.side

    def test_centre_is_a_foreground_pixel(self, apply):
        alpha = np.zeros((60, 80), np.uint8)
        alpha[30, 50] = 255

        assert self.crop(apply, alpha, crop_range=(20, 20)) == (20, 40, 20)

    def test_a_single_pixel_of_a_large_image_is_found(self, apply):
        alpha = np.zeros((1400, 1100), np.uint8)
        alpha[701, 503] = 255

        assert self.crop(apply, alpha, crop_range=(20, 20)) == (691, 493, 20)

    @pytest.mark.parametrize(
        ('pixel', 'corner'),
        [((0, 0), (0, 0)), ((59, 79), (40, 60)), ((3, 79), (0, 60)), ((50, 70), (40, 60))],
    )
    def test_stays_within_the_image(self, apply, pixel, corner):
        alpha = np.zeros((60, 80), np.uint8)
        alpha[pixel] = 1

        assert self.crop(apply, alpha, crop_range=(20, 20)) == (*corner, 20)

    def test_without_foreground_lies_in_the_middle(self, apply):
        alpha = np.zeros((60, 80), np.uint8)

        assert self.crop(apply, alpha, crop_range=(20, 20)) == (20, 30, 20)

    def test_sizes_are_even_and_cover_the_range(self, apply):
        alpha = np.full((40, 40), 255, np.uint8)

        sides = {self.crop(apply, alpha, s, crop_range=(10, 15))[2] for s in range(60)}

        assert sides == {10, 12, 14}

    @pytest.mark.parametrize('grid_pixels', [256**2, 50 * 50])  # steps of 1 and 2
    def test_is_drawn_again_until_enough_is_soft(self, apply, monkeypatch, grid_pixels):
        monkeypatch.setattr(
            'lsmatting_plugin.datasets.transforms.rotated_crop.GRID_PIXELS', grid_pixels
        )
        # Foreground all over, soft pixels only in the left tenth: few centres see them.
        alpha = np.full((50, 200), 255, np.uint8)
        alpha[:, :20] = 128

        def share_with_soft(max_tries):
            lefts = [
                self.crop(apply, alpha, seed, crop_range=(20, 20), max_tries=max_tries)[1]
                for seed in range(300)
            ]
            return np.mean(np.array(lefts) < 20)

        # A window holds 8% of soft pixels (0.8 of the image's 10%) if left <= 18, so if the
        # centre's x <= 28: probability p = 0.145 a try, 1 - (1 - p)^5 = 0.54 in five.
        assert share_with_soft(1) == pytest.approx(0.15, abs=0.06)
        assert share_with_soft(5) == pytest.approx(0.54, abs=0.08)

    def test_min_share(self, apply):
        # Half of the columns are soft, so a window of 20 should hold min_share * 10 of them. About
        # the left ones it holds 9, about the right ones 10 or more; only soft pixels are centres.
        alpha = np.zeros((20, 100), np.uint8)
        alpha[:, :9] = alpha[:, 59:] = 128

        def lefts(min_share):
            arguments = {'crop_range': (20, 20), 'min_share': min_share, 'max_tries': 20}
            return {self.crop(apply, alpha, seed, **arguments)[1] for seed in range(60)}

        assert 0 in lefts(0.8)
        assert 0 not in lefts(1)


@pytest.mark.parametrize('size', [(20, 30), (30, 20), (1, 40), (31, 32)])
def test_small_image_is_enlarged_first(apply, make_sample, size):
    for seed in range(4):
        results = apply('RandomRotatedCrop', make_sample(*size), seed, size=32, crop_range=(32, 32))

        for key in ('fg', 'alpha', 'bg'):
            assert results[key].shape[:2] == (32, 32)


def test_enlarged_by_the_larger_factor():
    # factor 32 / 20; height int(32 + 1), width int(48 + 1)
    assert enlarged((20, 30), 32) == (33, 49)
    assert enlarged((32, 30), 30) == (32, 30)


def test_the_seed_alone_decides(apply, photos):
    def run(seed):
        return apply('RandomRotatedCrop', photos, seed, size=50, crop_range=(40, 80))

    first, again = run(1), run(1)
    assert all(np.array_equal(first[key], again[key]) for key in photos)
    assert not any(np.array_equal(first['fg'], run(seed)['fg']) for seed in range(2, 6))


@pytest.mark.parametrize(
    ('argument', 'value'),
    [
        ('size', 0),
        ('crop_range', (800, 480)),
        ('crop_range', (1, 5)),
        ('max_tries', 0),
        ('min_share', -0.1),
        ('max_angle', -1),
        ('max_shift', -1),
        ('rotate_prob', 1.1),
        ('flip_prob', -0.1),
    ],
)
def test_bad_arguments(argument, value):
    with pytest.raises(ValueError, match=argument):
        RandomRotatedCrop(**{argument: value})


def test_foreground_and_alpha_must_share_their_size(apply, sample):
    sample['alpha'] = sample['alpha'][1:]
    with pytest.raises(ValueError, match='same size'):
        apply('RandomRotatedCrop', sample)
