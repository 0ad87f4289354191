"""Files that are no image, or not the one their name says: right pixels, or one line on why not."""

import os

import cv2
import numpy as np
import pytest
from hostile_files import HEIGHT, PHOTO, TRIMAP, WIDTH, deep, encoded, picture, png_chunk, png_with
from PIL import Image

from lsmatting_plugin.datasets.preparation.reading import read_colour, read_whole
from lsmatting_plugin.datasets.transforms import LoadImage
from lsmatting_plugin.photo import read_grey, read_matte, read_photo


def load(path):
    return LoadImage('merged')(dict(merged_path=str(path)))['merged']


READERS = dict(
    photo=lambda path: read_photo(path).pixels_8bit,
    grey=read_grey,
    matte=read_matte,
    dataset=load,
    preparation=read_colour,
)
# What each may be called, and what it is.
MISNAMED = {
    'jpeg.png': picture('JPEG', quality=95, subsampling=0),
    'png.jpg': picture('PNG'),
    'tiff.png': picture('TIFF'),
    'webp.bmp': picture('WEBP', lossless=True),
    'bmp.tif': picture('BMP'),
    'none': picture('PNG'),
}
BROKEN = {
    'empty.png': b'',
    'text.jpg': b'hello',
    'signature.png': picture('PNG')[:8],
    'header.png': picture('PNG')[:24],
    'half.png': picture('PNG')[: len(picture('PNG')) // 2],
    'half.jpg': picture('JPEG')[: len(picture('JPEG')) // 2],
    'half.tif': picture('TIFF')[: len(picture('TIFF')) // 2],
    'half.webp': picture('WEBP')[: len(picture('WEBP')) // 2],
    'half.bmp': picture('BMP')[: len(picture('BMP')) // 2],
    'half 16.png': deep('.png')[: len(deep('.png')) // 2],
    'half 16.tif': deep('.tif')[: len(deep('.tif')) // 2],
    'postscript.png': picture('EPS'),  # which Pillow would give to Ghostscript
}


@pytest.mark.parametrize('name', MISNAMED)
def test_a_file_is_what_its_content_says(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(MISNAMED[name])
    tolerance = 4 if name == 'jpeg.png' else 0
    for reader in ('photo', 'dataset', 'preparation'):
        pixels = READERS[reader](path)
        assert pixels.shape == PHOTO.shape
        assert np.abs(pixels.astype(int) - PHOTO).mean() <= tolerance


@pytest.mark.parametrize('name', BROKEN)
@pytest.mark.parametrize('reader', READERS)
def test_a_broken_file_is_named_in_one_line_and_nothing_else_is_said(tmp_path, reader, name, capfd):
    path = tmp_path / name
    path.write_bytes(BROKEN[name])
    with pytest.raises(ValueError) as raised:
        READERS[reader](path)
    assert str(path) in str(raised.value) and '\n' not in str(raised.value)
    if name != 'half.tif':
        assert capfd.readouterr().err == ''


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (lambda path: path.mkdir(), 'is a folder, not an image'),
        (lambda path: path.symlink_to(path), 'no such file; it is a link to'),
        (lambda path: path.symlink_to('nowhere'), 'no such file; it is a link to nowhere'),
        (lambda path: os.mkfifo(path), 'is a pipe or device; give a file'),
        (lambda path: path.symlink_to('/dev/zero'), 'is a pipe or device; give a file'),
        (lambda path: None, 'no such file'),
    ],
    ids=['folder', 'loop', 'dangling', 'pipe', 'device', 'absent'],
)
def test_what_is_no_file_is_not_waited_for(tmp_path, make, message):
    make(tmp_path / 'a.png')
    for reader in ('photo', 'grey', 'matte'):
        with pytest.raises(FileNotFoundError, match=rf'a\.png: {message}'):
            READERS[reader](tmp_path / 'a.png')
    with pytest.raises(FileNotFoundError, match=r'no file .*a\.png'):
        load(tmp_path / 'a.png')


@pytest.mark.parametrize('kind', ['GIF', 'PNG', 'WEBP', 'TIFF'])
def test_of_several_frames_the_first_is_taken_and_that_is_said(tmp_path, kind):
    frames = [Image.fromarray(PHOTO[..., ::-1]), Image.new('RGB', (WIDTH, HEIGHT))]
    options = dict(lossless=True) if kind == 'WEBP' else {}
    path = tmp_path / 'a.png'
    path.write_bytes(encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options))
    photo = read_photo(path)
    assert np.abs(photo.pixels.astype(int) - PHOTO).mean() < 8
    assert photo.notes == ('only the first of its frames is taken',)


BROKEN_METADATA = {
    'profile': b'\0\0\0\x02iCCPno\0\0\0\0',
    'long text': png_chunk(b'zTXt', b'x\0\0no zlib'),
    'checksum': png_chunk(b'gAMA', bytes(4))[:-1] + b'?',
}


@pytest.mark.parametrize('kind', BROKEN_METADATA)
def test_broken_metadata_do_not_keep_pixels_from_being_read(tmp_path, kind):
    path = tmp_path / 'a.png'
    path.write_bytes(png_with(BROKEN_METADATA[kind], picture('PNG')))
    for reader in ('photo', 'dataset', 'preparation'):
        np.testing.assert_array_equal(READERS[reader](path), PHOTO)


@pytest.mark.parametrize('orientation', range(1, 9))
def test_the_transparency_of_16_bits_is_turned_like_that_of_8(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    bgra = np.dstack([PHOTO, TRIMAP])
    Image.fromarray(bgra[..., [2, 1, 0, 3]]).save(tmp_path / '8.png', exif=exif)
    tags = png_chunk(b'eXIf', exif.tobytes()[6:])
    whole = cv2.imencode('.png', bgra.astype(np.uint16) * 257)[1].tobytes()
    (tmp_path / '16.png').write_bytes(png_with(tags, whole))
    expected = read_matte(tmp_path / '8.png')
    assert expected.shape == ((HEIGHT, WIDTH) if orientation < 5 else (WIDTH, HEIGHT))
    np.testing.assert_array_equal(read_matte(tmp_path / '16.png'), expected)


def test_a_broken_orientation_turns_nothing(tmp_path):
    path = tmp_path / 'a.png'
    path.write_bytes(png_with(png_chunk(b'eXIf', b'no TIFF'), picture('PNG')))
    for reader in ('photo', 'dataset'):
        np.testing.assert_array_equal(READERS[reader](path), PHOTO)
    assert read_whole(path).size == (WIDTH, HEIGHT)
