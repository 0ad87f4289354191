import cv2
import numpy as np
import pytest

from lsmatting_plugin.visualization import SheetWriter, contact_sheet


def test_full_sheets_are_written_at_once_and_the_rest_at_the_end(tmp_path):
    sheets = SheetWriter(tmp_path / 'new' / 'rows', ['a', 'b'], rows_per_sheet=2, footer=['end'])
    picture = np.zeros((8, 8), np.uint8)
    heights = []
    for number in range(3):
        sheets.add(f'row {number}', [picture, picture])
        heights.append(len(sheets.paths))
    assert heights == [0, 1, 1]

    sheets.write()
    sheets.write()

    assert [path.name for path in sheets.paths] == ['rows_001.png', 'rows_002.png']
    first, last = (cv2.imread(str(path)) for path in sheets.paths)
    assert first.shape[1] == last.shape[1] == 2 * 240 + 20
    assert first.shape[0] > last.shape[0]


def test_a_sheet_without_rows_is_refused(tmp_path):
    with pytest.raises(ValueError, match='at least 1 row, not 0'):
        SheetWriter(tmp_path / 'rows', ['a'], 0)


def test_captions_per_picture_and_a_picture_as_footer():
    picture = np.zeros((8, 8), np.uint8)
    red = np.zeros((10, 900, 3), np.uint8)
    red[..., 2] = 255

    plain = contact_sheet([[picture, picture]], ['a', 'b'], [['one', '']], cell_size=100)
    full = contact_sheet([[picture, picture]], ['a', 'b'], [['one', 'two']], [red], 100)

    ink = [(sheet[:150, 120:] < 100).sum() for sheet in (plain, full)]
    assert ink[1] > ink[0]
    assert (full == (0, 0, 255)).all(axis=2).sum() == 10 * 200


def test_long_texts_are_cut_to_their_room():
    picture = np.full((8, 8), 250, np.uint8)
    sheet = contact_sheet([[picture, picture]], ['word ' * 30, ''], [''], cell_size=100)
    assert (sheet[:, :110] < 100).any()
    assert not (sheet[:, 110:] < 200).any()
