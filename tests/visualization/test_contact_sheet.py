import numpy as np

from lsmatting_plugin.visualization import checkerboard, contact_sheet


def test_checkerboard_alternates():
    board = checkerboard(4, 6, cell=2)

    assert board.shape == (4, 6, 3)
    assert (board[:2, :2] == board[2:, 2:4]).all()
    assert (board[:2, :2] != board[:2, 2:4]).all()


def test_contact_sheet_shows_every_picture_in_its_cell():
    red = np.zeros((50, 100, 3), np.uint8)
    red[..., 2] = 255
    green = np.zeros((8, 4, 3), np.uint8)
    green[..., 1] = 255

    sheet = contact_sheet([[red, green], [green, red]], ['a', 'b'], ['one', 'two'], cell_size=100)

    is_red = (sheet == (0, 0, 255)).all(axis=2)
    is_green = (sheet == (0, 255, 0)).all(axis=2)
    assert sheet.shape[1] == 2 * 100 + 20
    # fitted into 94 px, each keeps its aspect: 94 x 47 and 47 x 94, twice
    assert is_red.sum() == is_green.sum() == 2 * 94 * 47
    left, right = is_red[:, : sheet.shape[1] // 2], is_red[:, sheet.shape[1] // 2 :]
    assert left.sum() == right.sum()
    assert np.flatnonzero(left.any(axis=1)).max() < np.flatnonzero(right.any(axis=1)).min()


def test_a_footer_adds_a_line():
    picture = np.zeros((8, 8), np.uint8)
    without = contact_sheet([[picture]], ['a'], ['one'])
    with_footer = contact_sheet([[picture]], ['a'], ['one'], footer=['mean'])

    assert with_footer.shape[0] > without.shape[0]
    assert (with_footer < 100).sum() > (without < 100).sum()
