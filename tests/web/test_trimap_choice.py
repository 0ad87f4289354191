import numpy as np
import pytest

from lsmatting_plugin.trimap import BG, FG, UNKNOWN
from lsmatting_plugin.web import trimap_choice
from lsmatting_plugin.web.strokes import BRUSHES, box_round, brush_colour, read_strokes


@pytest.fixture
def photo():
    """A bright square on a dark ground, with some noise for GrabCut's colour models."""
    noise = np.random.default_rng(0).integers(0, 20, (60, 80, 3))
    image = noise + 30
    image[20:40, 30:50] += 150
    return image.astype(np.uint8)


def canvas(height, width, **boxes):
    """An RGBA layer with painted boxes (rows, columns) by the name of a value."""
    layer = np.zeros((height, width, 4), np.uint8)
    for name, (rows, columns) in boxes.items():
        value = {'fg': FG, 'bg': BG, 'unknown': UNKNOWN}[name]
        layer[rows, columns] = (*BRUSHES[value][::-1], 255)
    return layer


def test_brushes_are_told_apart_by_colour_and_enlarged():
    layer = canvas(
        4, 4,
        fg=(slice(0, 1), slice(0, 4)), bg=(slice(1, 2), slice(0, 4)),
        unknown=(slice(2, 3), slice(0, 2)),
    )  # fmt: skip
    layer[3, 3] = (*layer[0, 0, :3], 100)  # a brush's faint rim

    strokes = read_strokes([layer], (8, 8))

    assert strokes.values[:, 0].tolist() == [FG] * 2 + [BG] * 2 + [UNKNOWN] * 4
    assert strokes.is_painted.sum() == 4 * (4 + 4 + 2)
    assert brush_colour(FG).startswith('#')


def test_the_later_layer_is_above():
    below = canvas(2, 2, fg=(slice(0, 2), slice(0, 2)))
    above = canvas(2, 2, bg=(slice(0, 1), slice(0, 2)))

    assert read_strokes([below, above], (2, 2)).values.tolist() == [[BG, BG], [FG, FG]]


def test_a_box_leaves_background_strokes_out():
    layer = canvas(60, 80, fg=(slice(20, 40), slice(30, 50)), bg=(slice(0, 2), slice(0, 80)))

    assert box_round(read_strokes([layer], (60, 80))) == (30, 20, 20, 20)
    with pytest.raises(ValueError, match='Nothing is painted'):
        box_round(read_strokes([], (60, 80)))


def test_a_trimap_is_snapped_and_that_is_said(photo):
    uploaded = np.full(photo.shape[:2], 128, np.uint8)
    uploaded[:2], uploaded[-1] = 3, 255

    chosen = trimap_choice.trimap_from_trimap(photo, uploaded)

    assert np.unique(chosen.trimap).tolist() == [BG, UNKNOWN, FG]
    assert chosen.notes[0].startswith('160 pixels')
    assert len(chosen.notes) == 1


@pytest.mark.parametrize('missing, value', [('foreground', 0), ('background', 255)])
def test_what_is_not_sure_is_said(photo, missing, value):
    uploaded = np.full(photo.shape[:2], 128, np.uint8)
    uploaded[0] = value

    [note] = trimap_choice.trimap_from_trimap(photo, uploaded).notes

    assert f'no sure {missing}' in note


@pytest.mark.parametrize(
    'choose', [trimap_choice.trimap_from_trimap, lambda *a: trimap_choice.trimap_from_mask(*a, 3)]
)
def test_two_sizes_are_both_named(photo, choose):
    with pytest.raises(ValueError, match=r'80 x 60.* 20 x 10'):
        choose(photo, np.zeros((10, 20), np.uint8))


def test_a_mask_gets_a_band_on_both_sides(photo):
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[:, 40:] = 255

    trimap = trimap_choice.trimap_from_mask(photo, mask, 3).trimap

    assert trimap[0, 34:46].tolist() == [BG] * 3 + [UNKNOWN] * 6 + [FG] * 3


@pytest.mark.parametrize('side', [800, 40])
def test_grabcut_finds_the_square(photo, side, monkeypatch):
    monkeypatch.setattr(trimap_choice, 'GRABCUT_SIDE', side)  # 40: on a copy of half the size

    trimap = trimap_choice.trimap_from_box(photo, (24, 14, 32, 32), 2).trimap

    assert trimap.shape == photo.shape[:2]
    assert (trimap[24:36, 34:46] == FG).all()
    assert (trimap[:12] == BG).all()
    assert (trimap[30, 26:33] == UNKNOWN).any()


def test_strokes_decide_and_grabcut_the_rest(photo):
    layer = canvas(
        60, 80,
        fg=(slice(28, 32), slice(35, 45)), bg=(slice(2, 6), slice(5, 75)),
        unknown=(slice(50, 52), slice(0, 10)),
    )  # fmt: skip
    strokes = read_strokes([layer], photo.shape[:2])

    guessed = trimap_choice.trimap_from_strokes(photo, strokes, 2).trimap
    exact = trimap_choice.trimap_from_strokes(photo, strokes, 2, 'background').trimap
    rest = trimap_choice.trimap_from_strokes(photo, strokes, 2, 'unknown').trimap

    assert (guessed[24:36, 34:46] == FG).all()
    assert guessed[55, 70] == exact[55, 70] == BG
    assert rest[55, 70] == UNKNOWN
    for trimap in (guessed, exact, rest):
        is_painted = strokes.is_painted
        np.testing.assert_array_equal(trimap[is_painted], strokes.values[is_painted])


@pytest.mark.parametrize(
    'layers, message',
    [
        ([], 'Nothing is painted'),
        ([canvas(60, 80, fg=(slice(0, 9), slice(0, 9)))], 'one on the background'),
    ],
)
def test_missing_strokes_are_told(photo, layers, message):
    with pytest.raises(ValueError, match=message):
        trimap_choice.trimap_from_strokes(photo, read_strokes(layers, photo.shape[:2]), 2)


@pytest.mark.parametrize('box', [(-1, 0, 5, 5), (0, 0, 81, 5), (0, 0, 0, 5), (70, 0, 20, 5)])
def test_a_box_beyond_the_photo_is_told(photo, box):
    with pytest.raises(ValueError, match='80 x 60 pixels'):
        trimap_choice.trimap_from_box(photo, box, 2)
