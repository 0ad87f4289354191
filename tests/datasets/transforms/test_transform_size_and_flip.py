import cv2
import numpy as np
import pytest

from lsmatting_plugin.registry import TRANSFORMS


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
