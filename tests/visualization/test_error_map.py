import numpy as np

from lsmatting_plugin.visualization import error_legend, error_map
from lsmatting_plugin.visualization.error_map import COLOURS, KNOWN, LIMIT, colour_of


def test_equal_is_white_opaque_red_transparent_blue_known_grey():
    gt = np.full((1, 4), 128, np.uint8)
    pred = np.array([[128, 255, 0, 255]], np.uint8)
    trimap = np.array([[128, 128, 127, 255]], np.uint8)

    white, red, blue, known = error_map(pred, gt, trimap)[0].astype(int)

    assert white.tolist() == list(COLOURS[4])
    assert red[2] > red[0] and red[2] > red[1]
    assert blue[0] > blue[1] > blue[2]
    assert known.tolist() == [KNOWN] * 3


def test_differences_beyond_the_limit_look_the_same():
    ends = colour_of(np.array([-1, -LIMIT, LIMIT, 1]))
    assert ends.tolist() == [list(COLOURS[i][::-1]) for i in (0, 0, -1, -1)]


def test_the_colour_map_is_monotonous_in_the_sign():
    difference = np.linspace(-LIMIT, LIMIT, 101)
    blue, _, red = colour_of(difference).astype(int).T
    assert (np.sign(red - blue) == np.sign(np.rint(difference * 1e6))).all()


def test_the_legend_shows_both_ends():
    legend = error_legend(15)
    assert legend.dtype == np.uint8 and legend.shape[2] == 3
    for end in (0, -1):
        assert (legend == COLOURS[end][::-1]).all(axis=2).any()
