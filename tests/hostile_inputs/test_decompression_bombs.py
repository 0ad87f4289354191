"""Small files that claim, or unpack to, more than there is room for."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from hostile_files import (
    PHOTO,
    deep,
    picture,
    png_chunk,
    png_of_size,
    png_with,
    tiff_of_size,
    unpacks_to_256_mib,
)
from PIL import Image, ImageFile

from lsmatting_plugin.datasets.preparation.reading import read_whole
from lsmatting_plugin.datasets.transforms import LoadImage
from lsmatting_plugin.image_decoding import max_pixels
from lsmatting_plugin.photo import read_grey, read_matte, read_photo

READERS = dict(
    photo=read_photo,
    grey=read_grey,
    matte=read_matte,
    preparation=read_whole,
    dataset=lambda path: LoadImage('fg')(dict(fg_path=path)),
)
TOO_LARGE = {
    '8 bits.png': png_of_size(60_000, 60_000),
    '16 bits.png': png_of_size(60_000, 60_000, bits=16),
    'within the limits of OpenCV.png': png_of_size(30_000, 30_000, bits=16),
    'the largest.png': png_of_size(2**31 - 1, 2**31 - 1),
    'just too large.png': png_of_size(13_378, 13_378),
    '8 bits.tif': tiff_of_size(60_000, 60_000, 8),
    '16 bits.tif': tiff_of_size(20_000, 20_000, 16),
}


def test_the_limit_is_one_number():
    assert max_pixels() == 178_956_970 == 2 * Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize('name', TOO_LARGE)
@pytest.mark.parametrize('reader', READERS)
def test_too_large_an_image_is_refused_before_a_pixel_is_decoded(
    tmp_path, monkeypatch, capfd, reader, name
):
    def decode(*_):
        raise AssertionError('it is decoded')

    monkeypatch.setattr(cv2, 'imdecode', decode)
    monkeypatch.setattr(ImageFile.ImageFile, 'load', decode)
    path = tmp_path / name
    path.write_bytes(TOO_LARGE[name])
    with pytest.raises(ValueError) as raised:
        READERS[reader](path)
    assert f'{path}' in str(raised.value)
    assert f'too large, more than {max_pixels()} pixels; reduce it' in str(raised.value)
    assert capfd.readouterr().err == ''


@pytest.mark.parametrize('reader', READERS)
def test_the_limit_itself_is_no_refusal(tmp_path, monkeypatch, reader):
    path = tmp_path / 'a.png'
    path.write_bytes(picture('PNG'))
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', PHOTO.shape[0] * PHOTO.shape[1] // 2)
    READERS[reader](path)
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', PHOTO.shape[0] * PHOTO.shape[1] // 2 - 1)
    with pytest.raises(ValueError, match=r'a\.png.*too large'):
        READERS[reader](path)


@pytest.mark.parametrize('bits', [8, 16])
@pytest.mark.parametrize('kind', ['iCCP', 'zTXt', 'iTXt'])
def test_metadata_that_unpack_to_much_are_left_out(tmp_path, kind, bits):
    beginning = b'x\0\1\0\0\0' if kind == 'iTXt' else b'x\0\0'
    chunk = png_chunk(kind.encode(), beginning + unpacks_to_256_mib())
    path = tmp_path / 'a.png'
    path.write_bytes(png_with(chunk, picture('PNG') if bits == 8 else deep('.png')))
    photo = read_photo(path)
    np.testing.assert_array_equal(photo.pixels_8bit, PHOTO)
    assert 'its metadata, which is broken or too large, is left out' in photo.notes
    assert photo.icc_profile is None
    np.testing.assert_array_equal(READERS['dataset'](path)['fg'], PHOTO)


MEASURE = """
import resource, sys
sys.path[:0] = sys.argv[1:3]
from test_decompression_bombs import READERS
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
for path in sys.argv[3:]:
    for read in READERS.values():
        try:
            read(path)
        except ValueError:
            pass
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == 'win32', reason='no resource module')
def test_bombs_of_every_kind_take_little_memory(tmp_path):
    bombs = dict(TOO_LARGE)
    packed = unpacks_to_256_mib()
    for kind in ('iCCP', 'zTXt'):
        chunk = png_chunk(kind.encode(), b'x\0\0' + packed)
        bombs[f'{kind}.png'] = png_with(chunk, deep('.png'))
    for name, data in bombs.items():
        (tmp_path / name).write_bytes(data)
    folders = [path for path in sys.path if path.endswith('hostile_inputs')][:1]
    done = subprocess.run(
        [sys.executable, '-c', MEASURE, *folders, '.', *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 100  # MiB; the smallest bomb has 256
