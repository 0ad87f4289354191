import cv2
import numpy as np
import pytest

from lsmatting_plugin.cutout import CutOut
from lsmatting_plugin.photo import Photo
from lsmatting_plugin.web.backdrop import bgr_of, cover, for_screen, make_backdrop
from lsmatting_plugin.web.examples import write_examples
from lsmatting_plugin.web.session import Session, safe_stem, write_downloads


@pytest.mark.parametrize(
    'kind, pixel', [('white', [255] * 3), ('black', [0] * 3), ('colour', [3, 2, 1])]
)
def test_plain_backdrops(kind, pixel):
    backdrop = make_backdrop(kind, (2, 3), '#010203')

    assert backdrop.shape == (2, 3, 3)
    assert (backdrop == pixel).all()


def test_a_picture_covers_and_keeps_its_middle():
    picture = np.zeros((10, 40, 3), np.uint8)
    picture[:, 15:25] = 200

    assert (cover(picture, (10, 10)) == 200).all()
    assert make_backdrop('picture', (20, 20), picture=picture).shape == (20, 20, 3)
    with pytest.raises(ValueError, match='Upload the picture'):
        make_backdrop('picture', (2, 2))


@pytest.mark.parametrize('colour', ['#ff8000', 'rgb(255, 128, 0)', 'rgba(255, 127.6, 0, 1)'])
def test_colours_of_both_notations(colour):
    assert bgr_of(colour) == (0, 128, 255)


@pytest.mark.parametrize('colour', ['red', '#12', 'rgb(300, 0, 0)', 'rgb(1, 2)'])
def test_other_colours_are_refused(colour):
    with pytest.raises(ValueError, match='is no colour'):
        bgr_of(colour)


def test_the_screen_gets_a_small_rgb_copy():
    pixels = np.zeros((100, 50, 3), np.uint8)
    pixels[..., 0] = 9

    shown = for_screen(pixels, 20)

    assert shown.shape == (20, 10, 3)
    assert (shown == [0, 0, 9]).all()


def test_names_of_downloads_have_no_folders():
    assert safe_stem('/srv/../a b<c>.png') == 'a_b_c'
    assert safe_stem('äöü.jpg') == 'photo'


def test_downloads_have_the_size_of_the_photo(tmp_path):
    pixels = np.full((6, 7, 3), 90, np.uint8)
    alpha = np.linspace(0, 1, 42, dtype=np.float32).reshape(6, 7)
    session = Session(Photo(pixels, None, ()), 'cat', None, CutOut(alpha, pixels))

    rgba, matte, fg = (
        cv2.imread(path, cv2.IMREAD_UNCHANGED) for path in write_downloads(session, tmp_path)
    )

    assert rgba.shape == (6, 7, 4)
    assert fg.shape == (6, 7, 3)
    np.testing.assert_array_equal(rgba[..., 3], matte)
    np.testing.assert_array_equal(matte, np.rint(alpha * 255))


def test_examples_are_generated_alike_each_time(tmp_path):
    for folder in ('a', 'b'):
        write_examples(tmp_path / folder, kinds=('fur',), size=64)

    for name in ('fur.png', 'fur_trimap.png'):
        assert (tmp_path / 'a' / name).read_bytes() == (tmp_path / 'b' / name).read_bytes()
