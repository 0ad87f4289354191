import cv2
import numpy as np
import pytest

from lsmatting_plugin.registry import TRANSFORMS


class TestRandomBlur:
    def blurs(self, image):
        """All nine results that the default range of kernels allows, by kernel."""
        sizes = (3, 5, 7)
        return {(w, h): cv2.GaussianBlur(image, (w, h), 0) for w in sizes for h in sizes}

    def test_keys_share_the_kernel_and_all_kernels_occur(self, apply, sample):
        of_fg, of_bg = self.blurs(sample['fg']), self.blurs(sample['bg'])
        seen = set()
        for seed in range(60):
            results = apply('RandomBlur', sample, seed, keys=('fg', 'bg'), prob=1)
            kernel = next(k for k, image in of_fg.items() if np.array_equal(image, results['fg']))
            np.testing.assert_array_equal(results['bg'], of_bg[kernel])
            seen.add(kernel)

        assert seen == set(of_fg)

    def test_flat_image_stays(self, apply, assert_same):
        flat = {'alpha': np.full((5, 5), 77, np.uint8)}

        assert_same(apply('RandomBlur', flat, keys='alpha', prob=1), flat, 'alpha')

    @pytest.mark.parametrize('kernel_range', [(3, 6), (2, 7), (7, 3), (-1, 3)])
    def test_bad_kernel_range(self, kernel_range):
        with pytest.raises(ValueError, match='kernel_range'):
            TRANSFORMS.build(dict(type='RandomBlur', keys='fg', kernel_range=kernel_range))


class TestRandomRescale:
    def test_there_and_back(self, apply, sample):
        height, width = sample['fg'].shape[:2]
        expected = set()
        for side in (100, 20):
            square = cv2.resize(sample['fg'], (side, side), interpolation=cv2.INTER_CUBIC)
            back = cv2.resize(square, (width, height), interpolation=cv2.INTER_CUBIC)
            expected.add(back.tobytes())

        seen = {
            apply('RandomRescale', sample, seed, key='fg', prob=1, sizes=(100, 20))['fg'].tobytes()
            for seed in range(20)
        }

        assert seen == expected

    @pytest.mark.parametrize('sizes', [(), (0, 320), (-1,)])
    def test_bad_sizes(self, sizes):
        with pytest.raises(ValueError, match='sizes'):
            TRANSFORMS.build(dict(type='RandomRescale', key='fg', sizes=sizes))
