import cv2
import numpy as np
import pytest

from lsmatting_plugin.registry import TRANSFORMS

KEYS = ('fg', 'bg', 'alpha')


def coordinates(height, width):
    """An image whose pixels hold their own (x, y): it shows what a crop or flip took from where."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return np.dstack([x, y, np.zeros_like(x)])


class TestPadToMinSize:
    @pytest.mark.parametrize(
        ('size', 'padded'),
        [
            ((10, 12), (10, 12)),
            ((8, 12), (12, 16)),  # height lacks 2
            ((12, 7), (18, 13)),  # width lacks 3
            ((8, 7), (12, 11)),  # height lacks 2; the width is 11 by then
            ((9, 4), (19, 14)),  # height lacks 1; the width, 6 by then, lacks 4
        ],
    )
    def test_size(self, apply, make_sample, size, padded):
        results = apply('PadToMinSize', make_sample(*size), min_size=10)

        assert results['fg'].shape == (*padded, 3)
        assert results['alpha'].shape == padded

    def test_border_pixel_is_not_repeated(self, apply):
        row = np.array([[1, 2, 3, 4]] * 6, np.uint8)

        results = apply('PadToMinSize', {'alpha': row}, keys='alpha', min_size=6)

        assert results['alpha'][0].tolist() == [3, 2, 1, 2, 3, 4, 3, 2]

    @pytest.mark.parametrize('size', [(1, 1), (1, 50), (50, 1), (2, 3)])
    def test_padding_beyond_the_image_mirrors_to_and_fro(self, apply, make_sample, size):
        sample = make_sample(*size)

        results = apply('PadToMinSize', sample, min_size=40)

        expected = sample['fg']
        for axis in (0, 1):
            lack = max(40 - expected.shape[axis], 0)
            expected = np.pad(expected, ((lack, lack), (lack, lack), (0, 0)), 'reflect')
        np.testing.assert_array_equal(results['fg'], expected)
        assert min(results['alpha'].shape) >= 40

    def test_bad_input(self, apply, sample):
        with pytest.raises(ValueError, match='min_size'):
            apply('PadToMinSize', sample, min_size=0)
        sample['alpha'] = sample['alpha'][1:]
        with pytest.raises(ValueError, match='same size'):
            apply('PadToMinSize', sample)


class TestResize:
    def test_like(self, apply, make_sample):
        sample = make_sample(20, 30)
        sample['bg'] = make_sample(50, 40)['bg']

        results = apply('ResizeLike', sample)

        expected = cv2.resize(sample['bg'], (30, 20), interpolation=cv2.INTER_CUBIC)
        np.testing.assert_array_equal(results['bg'], expected)

    def test_same_size_is_left_alone(self, apply, sample):
        assert apply('ResizeLike', sample)['bg'] is sample['bg']

    @pytest.mark.parametrize(
        ('name', 'code'),
        [
            ('nearest', cv2.INTER_NEAREST),
            ('bilinear', cv2.INTER_LINEAR),
            ('cubic', cv2.INTER_CUBIC),
            ('area', cv2.INTER_AREA),
        ],
    )
    def test_fixed_size(self, apply, sample, name, code):
        results = apply('Resize', sample, keys=('fg', 'alpha'), size=31, interpolation=name)

        for key in ('fg', 'alpha'):
            expected = cv2.resize(sample[key], (31, 31), interpolation=code)
            np.testing.assert_array_equal(results[key], expected)
        assert results['bg'] is sample['bg']

    @pytest.mark.parametrize(
        ('argument', 'value'), [('size', 0), ('size', -3), ('interpolation', 'quintic')]
    )
    def test_bad_arguments(self, argument, value):
        with pytest.raises(ValueError, match=argument):
            TRANSFORMS.build(dict(type='Resize', keys='fg', **{argument: value}))


class TestLimitSize:
    @pytest.fixture
    def sample(self, make_sample):
        sample = make_sample(40, 60)
        trimap = np.where(sample['alpha'] % 255, 128, sample['alpha']).astype(np.uint8)
        return {'merged': sample['fg'], 'trimap': trimap, 'ori_trimap': trimap}

    @pytest.mark.parametrize(
        ('max_size', 'limited'), [(50, (40, 50)), (30, (30, 30)), (40, (40, 40)), (60, (40, 60))]
    )
    def test_each_side_on_its_own(self, apply, sample, max_size, limited):
        results = apply('LimitSize', sample, max_size=max_size)

        height, width = limited
        expected = cv2.resize(sample['merged'], (width, height), interpolation=cv2.INTER_LINEAR)
        np.testing.assert_array_equal(results['merged'], expected)
        assert results['trimap'].shape == limited
        assert set(np.unique(results['trimap'])) <= {0, 128, 255}
        assert results['ori_trimap'] is sample['ori_trimap']

    def test_no_limit(self, apply, sample):
        assert apply('LimitSize', sample, max_size=None)['merged'] is sample['merged']

    def test_bad_argument(self):
        with pytest.raises(ValueError, match='max_size'):
            TRANSFORMS.build(dict(type='LimitSize', max_size=0))


class TestRandomRotate:
    def test_no_angle_is_the_identity(self, apply, assert_same, sample):
        results = apply('RandomRotate', sample, prob=1, max_angle=0)

        assert_same(results, sample, *KEYS)

    def test_is_a_cubic_rotation_about_the_centre(self, apply, sample):
        results = apply('RandomRotate', sample, seed=3, prob=1, max_shift=0)

        rng = np.random.default_rng(3)
        rng.random()  # the coin
        rotation = cv2.getRotationMatrix2D((31.5, 23.5), rng.uniform(-180, 180), 1)
        expected = cv2.warpAffine(sample['fg'], rotation, (64, 48), flags=cv2.INTER_CUBIC)
        np.testing.assert_array_equal(results['fg'], expected)

    def test_group_turns_together_and_groups_apart(self, apply, sample):
        sample['fg'] = sample['bg'] = np.repeat(sample['alpha'][..., None], 3, axis=2)

        results = apply('RandomRotate', sample, prob=1)

        np.testing.assert_array_equal(results['fg'][..., 0], results['alpha'])
        assert not np.array_equal(results['fg'], results['bg'])

    def test_outside_is_zero(self, apply):
        white = np.full((40, 40), 255, np.uint8)

        # Seed 0 draws an angle far from a multiple of 90 degrees, which cuts the corners off.
        alpha = apply('RandomRotate', {'alpha': white}, prob=1, groups=(('alpha',),))['alpha']

        assert alpha[20, 20] == 255
        assert min(alpha[0, 0], alpha[0, -1], alpha[-1, 0], alpha[-1, -1]) == 0

    def test_angle_and_centre_are_uniform(self, apply, monkeypatch):
        drawn = []
        rotation_matrix = cv2.getRotationMatrix2D

        def record(centre, angle, scale):
            drawn.append((*centre, angle))
            return rotation_matrix(centre, angle, scale)

        monkeypatch.setattr(cv2, 'getRotationMatrix2D', record)
        alpha = np.zeros((5, 7), np.uint8)
        for seed in range(500):
            apply('RandomRotate', {'alpha': alpha}, seed, prob=1, groups=(('alpha',),))

        x, y, angle = np.array(drawn).T
        assert set(x) == {3.0 + shift for shift in range(-10, 11)}
        assert set(y) == {2.0 + shift for shift in range(-10, 11)}
        assert -180 <= angle.min() < -170
        assert 170 < angle.max() <= 180
        # uniform over 360 degrees: standard deviation 360 / sqrt(12) = 104
        assert np.std(angle) == pytest.approx(104, abs=8)

    @pytest.mark.parametrize(
        'arguments', [{'max_angle': -1}, {'max_shift': -1}, {'groups': ('fg', 'alpha')}]
    )
    def test_bad_arguments(self, arguments):
        with pytest.raises(ValueError, match=next(iter(arguments))):
            TRANSFORMS.build(dict(type='RandomRotate', **arguments))

    def test_images_of_a_group_must_share_their_size(self, apply, sample):
        sample['alpha'] = sample['alpha'][1:]
        with pytest.raises(ValueError, match='same size'):
            apply('RandomRotate', sample, prob=1)


class TestCropAroundForeground:
    def crop(self, apply, alpha, seed=0, **arguments):
        """Where the window of a crop lies: top, left, side."""
        sample = {'fg': coordinates(*alpha.shape), 'alpha': alpha}
        results = apply('CropAroundForeground', sample, seed, keys=('fg', 'alpha'), **arguments)
        left, top, _ = results['fg'][0, 0].astype(int)
        side = len(results['alpha'])
        assert results['fg'].shape == (side, side, 3)
        np.testing.assert_array_equal(results['alpha'], alpha[top : top + side, left : left + side])
        return top, left, side

    def test_centre_is_a_foreground_pixel(self, apply):
        alpha = np.zeros((60, 80), np.uint8)
        alpha[30, 50] = 255

        assert self.crop(apply, alpha, crop_range=(20, 20)) == (20, 40, 20)

    @pytest.mark.parametrize(
        ('pixel', 'corner'),
        [((0, 0), (0, 0)), ((59, 79), (40, 60)), ((3, 79), (0, 60)), ((50, 70), (40, 60))],
    )
    def test_window_stays_within_the_image(self, apply, pixel, corner):
        alpha = np.zeros((60, 80), np.uint8)
        alpha[pixel] = 1

        assert self.crop(apply, alpha, crop_range=(20, 20)) == (*corner, 20)

    def test_without_foreground_the_image_centre(self, apply):
        alpha = np.zeros((60, 80), np.uint8)

        assert self.crop(apply, alpha, crop_range=(20, 20)) == (20, 30, 20)

    def test_sizes_are_even_and_cover_the_range(self, apply):
        alpha = np.full((40, 40), 255, np.uint8)

        sides = {self.crop(apply, alpha, s, crop_range=(10, 15))[2] for s in range(60)}

        assert sides == {10, 12, 14}

    def test_tries_again_until_enough_is_soft(self, apply):
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
    def test_small_image_is_enlarged_first(self, apply, make_sample, size):
        results = apply('CropAroundForeground', make_sample(*size), crop_range=(32, 32))

        for key in KEYS:
            assert results[key].shape[:2] == (32, 32)

    def test_enlarged_by_the_larger_factor(self, apply, make_sample):
        sample = make_sample(20, 30)
        sample['alpha'] = np.zeros((20, 30), np.uint8)
        sample['alpha'][0, 0] = 255

        results = apply('CropAroundForeground', sample, crop_range=(32, 32), max_tries=20)

        # factor 32 / 20; height int(32 + 1), width int(48 + 1)
        enlarged = cv2.resize(sample['fg'], (49, 33), interpolation=cv2.INTER_CUBIC)
        np.testing.assert_array_equal(results['fg'], enlarged[:32, :32])

    @pytest.mark.parametrize(
        ('argument', 'value'),
        [
            ('keys', ('fg', 'bg')),
            ('crop_range', (800, 480)),
            ('crop_range', (1, 5)),
            ('max_tries', 0),
            ('min_share', -0.1),
        ],
    )
    def test_bad_arguments(self, argument, value):
        with pytest.raises(ValueError, match=argument):
            TRANSFORMS.build(dict(type='CropAroundForeground', **{argument: value}))


class TestRandomFlip:
    @pytest.mark.parametrize(('direction', 'axis'), [('horizontal', 1), ('vertical', 0)])
    def test_keys_flip_together(self, apply, sample, direction, axis):
        results = apply('RandomFlip', sample, keys=('fg', 'alpha'), prob=1, direction=direction)

        for key in ('fg', 'alpha'):
            np.testing.assert_array_equal(results[key], np.flip(sample[key], axis))
        assert results['bg'] is sample['bg']

    def test_bad_direction(self):
        with pytest.raises(ValueError, match='diagonal'):
            TRANSFORMS.build(dict(type='RandomFlip', keys='fg', direction='diagonal'))


def test_transpose_swaps_rows_and_columns_of_all_images(apply, sample):
    keys = ('fg', 'alpha')
    results = apply('RandomTranspose', sample, keys=keys, prob=1)
    np.testing.assert_array_equal(results['fg'], sample['fg'].transpose(1, 0, 2))
    np.testing.assert_array_equal(results['alpha'], sample['alpha'].T)
    assert results['bg'] is sample['bg']
    assert apply('RandomTranspose', sample, keys=keys, prob=0)['fg'] is sample['fg']


@pytest.mark.parametrize('size', [(48, 64), (49, 63), (5, 130)])
def test_sides_are_mirrored_up_to_a_multiple(apply, make_sample, size):
    sample = make_sample(*size)
    results = apply('PadToMultiple', sample, keys=('fg', 'alpha'), divisor=32)
    padding = [(0, -side % 32) for side in size]
    np.testing.assert_array_equal(results['alpha'], np.pad(sample['alpha'], padding, 'reflect'))
    expected = np.pad(sample['fg'], [*padding, (0, 0)], 'reflect')
    np.testing.assert_array_equal(results['fg'], expected)


def test_sides_are_no_multiple_of_zero(apply, sample):
    with pytest.raises(ValueError, match='at least 1 pixel, got 0'):
        apply('PadToMultiple', sample, keys=('fg',), divisor=0)
