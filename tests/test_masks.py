import numpy as np

from lsmatting_plugin.masks import distance_to, window_round


def test_a_window_holds_the_mask_and_its_margin_within_the_image():
    mask = np.zeros((20, 30), bool)
    mask[5:7, 28] = True
    assert mask[window_round(mask, 3)].shape == (8, 5)
    assert mask[window_round(mask, 3)][3:5, 3].all()
    assert mask[window_round(np.zeros_like(mask), 0)].shape == (1, 1)


def test_distances_are_euclidean_and_huge_without_a_mask():
    mask = np.zeros((9, 12), bool)
    mask[2, 3] = True
    y, x = np.mgrid[:9, :12]
    np.testing.assert_allclose(distance_to(mask), np.hypot(y - 2, x - 3), rtol=1e-6)
    assert distance_to(np.zeros_like(mask)).min() > 1000
