import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from lsmatting_plugin.datasets.preparation.reading import (
    read_alpha,
    read_colour,
    read_whole,
)
from lsmatting_plugin.png_chunks import pixel_chunks

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
HEADER = 33  # bytes of a PNG before its second chunk


def chunk(kind, content, checksum_off_by=0):
    checksum = (zlib.crc32(kind + content) + checksum_off_by) % 2**32
    return len(content).to_bytes(4, 'big') + kind + content + checksum.to_bytes(4, 'big')


# OpenCV 5 complains of each on stderr; those of a wrong checksum or length stop Pillow.
BROKEN = {
    'profile': chunk(b'iCCP', b'ICC profile\0\0' + zlib.compress(b'broken')),
    'checksum of the profile': chunk(b'iCCP', b'ICC profile\0\0' + zlib.compress(b'x'), 1),
    'gamma': chunk(b'gAMA', b'\0\0\0'),
    'sRGB': chunk(b'sRGB', b'\x09'),
    'checksum of a text': chunk(b'tEXt', b'a\0b', 1),
    'pixel size': chunk(b'pHYs', b'\0\0'),
}


@pytest.fixture
def write(tmp_path):
    def write_one(name, image=IMAGE, further=b'', cut=0):
        data = cv2.imencode(name[name.index('.') :], image)[1].tobytes()
        data = data[:HEADER] + further + data[HEADER:]
        (tmp_path / name).write_bytes(data[: len(data) - cut])
        return tmp_path / name

    return write_one


@pytest.mark.parametrize('kind', BROKEN)
def test_what_does_not_concern_the_pixels_is_passed_over_in_silence(write, kind, capfd):
    path = write('a.png', further=BROKEN[kind])
    for mode in ('adobe', 'cv2'):
        np.testing.assert_array_equal(read_colour(path, mode), IMAGE)
    np.testing.assert_array_equal(read_alpha(path), IMAGE[..., 2])
    decoded = cv2.imdecode(np.frombuffer(pixel_chunks(path.read_bytes()), np.uint8), 1)
    np.testing.assert_array_equal(decoded, IMAGE)
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize(
    ('name', 'cut'), [('a.png', 5), ('a.png', 40), ('a.png', 1200), ('a.jpg', 40), ('a.jpg', 900)]
)
@pytest.mark.parametrize('mode', ['adobe', 'cv2'])
def test_a_file_that_is_cut_short_is_named(write, name, cut, mode, capfd):
    path = write(name, cut=cut)
    with pytest.raises(ValueError, match=f'{path} is .*cut short'):
        read_colour(path, mode)
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize('content', [b'', b'no image'])
def test_what_is_no_image_is_named(tmp_path, content):
    (tmp_path / 'a.png').write_bytes(content)
    with pytest.raises(ValueError, match=r'a\.png is no readable image: not an image'):
        read_whole(tmp_path / 'a.png')


def test_a_changed_bit_is_found(write):
    path = write('a.png')
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r'a\.png is no readable image'):
        read_whole(path)


def test_the_modes_decode_jpegs_each_by_its_library(write):
    path = write('a.jpg')
    np.testing.assert_array_equal(read_colour(path, 'cv2'), cv2.imread(str(path)))
    rgb = np.asarray(read_whole(path))
    np.testing.assert_array_equal(read_colour(path, 'adobe'), rgb[..., ::-1])


def test_alphas_are_the_first_channel_of_eight_bits(write):
    np.testing.assert_array_equal(read_alpha(write('a.png', IMAGE[..., 0])), IMAGE[..., 0])


@pytest.mark.parametrize('name', ['b.png', 'b.tif'])
@pytest.mark.parametrize('channels', [0, slice(None)], ids=['grey', 'colours'])
def test_alphas_of_sixteen_bits_are_refused(write, name, channels):
    path = write(name, IMAGE[..., channels].astype(np.uint16) * 257)
    with pytest.raises(ValueError, match=f'{path} has more than 8 bits'):
        read_alpha(path)


@pytest.mark.parametrize('mode', ['1', 'LA', 'P', 'RGBA'])
def test_an_alpha_of_any_mode_is_what_it_shows(tmp_path, mode):
    grey = np.repeat(np.array([[0, 255, 255, 0]], np.uint8), 2, axis=0)
    Image.fromarray(grey).convert(mode).save(tmp_path / 'a.png')
    np.testing.assert_array_equal(read_alpha(tmp_path / 'a.png'), grey)


def test_what_follows_the_end_of_a_png_does_not_matter(write):
    path = write('a.png')
    path.write_bytes(path.read_bytes() + b'SOMETHING')
    np.testing.assert_array_equal(read_colour(path), IMAGE)
