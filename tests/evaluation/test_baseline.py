import numpy as np

from lsmatting_plugin.evaluation.baseline import trivial_alpha


def test_trivial_alpha_is_half_where_the_trimap_is_unknown():
    trimap = np.array([[0, 1, 128, 254, 255]], np.uint8)

    assert trivial_alpha(trimap).tolist() == [[0, 0.5, 0.5, 0.5, 1]]
