"""Files of many kinds come in as they are meant to be looked at, and results keep their profile."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from lsmatting_plugin.photo import (
    check_format,
    read_grey,
    read_matte,
    read_photo,
    to_8_bits,
    to_16_bits,
    write_picture,
)

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


@pytest.fixture
def rgb():
    """A smooth picture (24, 36, 3), which lossy formats keep nearly."""
    y, x = np.mgrid[:24, :36]
    return np.dstack([7 * x, 255 - 10 * y, 3 * x + 5 * y]).astype(np.uint8)


@pytest.fixture
def save(tmp_path):
    """Saves a Pillow image and returns its path."""

    def write(image, name, **options):
        image.save(tmp_path / name, **options)
        return tmp_path / name

    return write


@pytest.mark.parametrize('name', ['a.png', 'a.jpg', 'a.tif', 'a.webp', 'a.bmp', 'ünï côde.PNG'])
def test_colours_are_bgr_in_every_format(save, rgb, name):
    photo = read_photo(save(Image.fromarray(rgb), name))
    assert photo.pixels.dtype == np.uint8 and photo.pixels.flags['C_CONTIGUOUS']
    assert np.abs(photo.pixels[..., ::-1].astype(int) - rgb).mean() < 8
    assert photo.notes == ()


def test_a_photo_is_turned_upright(save, rgb):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: rotate by 90 degrees clockwise
    photo = read_photo(save(Image.fromarray(rgb), 'a.png', exif=exif))
    np.testing.assert_array_equal(photo.pixels[..., ::-1], np.rot90(rgb, -1))
    assert 'upright' in photo.notes[0]
    grey = read_grey(save(Image.fromarray(rgb[..., 0]), 'b.png', exif=exif))
    np.testing.assert_array_equal(grey, np.rot90(rgb[..., 0], -1))


@pytest.mark.parametrize('mode', ['1', 'L', 'LA', 'P', 'RGBA', 'YCbCr'])
def test_other_modes_become_colours(save, rgb, mode):
    image = Image.fromarray(rgb).convert(mode)
    name = 'a.jpg' if mode == 'YCbCr' else 'a.png'
    photo = read_photo(save(image, name))
    expected = np.asarray(image.convert('RGB')).astype(int)
    assert np.abs(photo.pixels[..., ::-1] - expected).mean() < (3 if mode == 'YCbCr' else 1e-9)
    assert ('transparency' in ' '.join(photo.notes)) == ('A' in mode)


def test_cmyk_is_converted_and_said(save, rgb):
    cmyk = Image.fromarray(rgb).convert('CMYK')
    photo = read_photo(save(cmyk, 'a.jpg', quality=100, subsampling=0))
    assert np.abs(photo.pixels[..., ::-1].astype(int) - rgb).mean() < 4
    assert photo.notes == ('converted from CMYK',)
    assert photo.icc_profile is None


@pytest.mark.parametrize('suffix', ['png', 'tif'])
def test_16_bits_are_kept(tmp_path, suffix):
    pixels = np.random.default_rng(0).integers(0, 65536, (5, 7, 3), np.uint16)
    cv2.imwrite(str(tmp_path / f'a.{suffix}'), pixels)
    photo = read_photo(tmp_path / f'a.{suffix}')
    np.testing.assert_array_equal(photo.pixels, pixels)
    np.testing.assert_array_equal(photo.pixels_8bit, np.rint(pixels / 257))
    cv2.imwrite(str(tmp_path / f'g.{suffix}'), pixels[..., 0])
    np.testing.assert_array_equal(
        read_grey(tmp_path / f'g.{suffix}'), np.rint(pixels[..., 0] / 257)
    )
    grey_photo = read_photo(tmp_path / f'g.{suffix}').pixels
    np.testing.assert_array_equal(grey_photo, np.repeat(pixels[..., :1], 3, axis=2))


def test_depths_there_and_back():
    values = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_8_bits(to_16_bits(values)), values)
    assert to_16_bits(values).max() == 65535
    assert to_8_bits(values) is values


def test_a_palette_of_a_trimap_is_looked_up(save):
    trimap = Image.new('P', (3, 1))
    trimap.putdata([0, 1, 2])
    trimap.putpalette([255, 255, 255, 128, 128, 128, 0, 0, 0])
    assert read_grey(save(trimap, 't.png')).tolist() == [[255, 128, 0]]


def test_transparency_of_a_trimap_is_left_out(save):
    trimap = Image.new('LA', (2, 1), (128, 0))
    assert read_grey(save(trimap, 't.png')).tolist() == [[128, 128]]


@pytest.mark.parametrize('read', [read_photo, read_grey])
def test_what_cannot_be_read_is_named(tmp_path, save, rgb, read):
    whole = save(Image.fromarray(rgb), 'a.png').read_bytes()
    cases = {
        'empty.png': (b'', 'not an image'),
        'text.jpg': (b'hello', 'not an image'),
        'cut.png': (whole[: len(whole) // 2], 'broken or cut short'),
    }
    for name, (data, message) in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ValueError, match=rf'{name}: {message}'):
            read(tmp_path / name)
    with pytest.raises(ValueError, match=r'f\.tif: 32 bits a pixel'):
        read(save(Image.fromarray(rgb[..., 0].astype(np.float32)), 'f.tif'))
    with pytest.raises(FileNotFoundError, match=r'no\.png: no such file'):
        read(tmp_path / 'no.png')
    with pytest.raises(FileNotFoundError, match='is a folder'):
        read(tmp_path)


def test_bombs_are_not_unpacked(tmp_path, monkeypatch, save, rgb):
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 100)
    with pytest.raises(ValueError, match='too large, more than 200 pixels'):
        read_photo(save(Image.fromarray(rgb), 'a.png'))


@pytest.mark.parametrize('suffix', ['png', 'jpg', 'tif', 'webp'])
def test_results_keep_the_profile(tmp_path, save, rgb, suffix):
    profile = read_photo(save(Image.fromarray(rgb), 'a.png', icc_profile=PROFILE)).icc_profile
    assert profile == PROFILE
    write_picture(rgb[..., ::-1], tmp_path / f'b.{suffix}', profile)
    again = Image.open(tmp_path / f'b.{suffix}')
    assert again.info['icc_profile'] == PROFILE
    assert np.abs(np.asarray(again).astype(int) - rgb).mean() < 4


def test_a_jpeg_keeps_colours_that_change_from_pixel_to_pixel(tmp_path):
    columns = np.zeros((32, 32, 3), np.uint8)
    columns[:, ::2, 2], columns[:, 1::2, 0] = 255, 255  # red and blue in turn
    write_picture(columns, tmp_path / 'a.jpg')
    again = read_photo(tmp_path / 'a.jpg').pixels
    assert np.abs(again.astype(int) - columns).mean() < 10


@pytest.mark.parametrize('channels', [1, 3, 4])
def test_16_bit_pngs_keep_values_and_profile(tmp_path, channels):
    pixels = np.random.default_rng(0).integers(0, 65536, (5, 7, channels), np.uint16).squeeze()
    write_picture(pixels, tmp_path / 'a.png', PROFILE)
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / 'a.png'), -1), pixels)
    data = (tmp_path / 'a.png').read_bytes()
    assert Image.open(io.BytesIO(data)).info['icc_profile'] == PROFILE


def test_a_grey_photo_s_profile_is_not_put_on_colours(save, rgb):
    image = Image.fromarray(rgb[..., 0])
    assert read_photo(save(image, 'a.png', icc_profile=PROFILE)).icc_profile is None


def test_transparent_colours_are_kept(tmp_path, rgb):
    bgra = np.dstack([rgb, np.zeros(rgb.shape[:2], np.uint8)])
    for name in ('a.png', 'a.webp', 'a.tif'):
        write_picture(bgra, tmp_path / name)
        assert Image.open(tmp_path / name).mode == 'RGBA'
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / 'a.png'), -1), bgra)


@pytest.mark.parametrize(
    ('name', 'has_alpha', 'is_16bit', 'message'),
    [
        ('a.jpg', True, False, 'JPEG has no transparency'),
        ('a.webp', False, True, '16 bits a channel are written as .png'),
        ('a.gif', False, False, 'results are written as .jpg'),
        ('a', False, False, 'results are written as .jpg'),
    ],
)
def test_formats_that_cannot_hold_a_result_are_refused(name, has_alpha, is_16bit, message):
    with pytest.raises(ValueError, match=message):
        check_format(name, has_alpha, is_16bit)


@pytest.mark.parametrize('bits', [8, 16])
def test_the_matte_of_a_cut_out_is_its_transparency(tmp_path, bits):
    alpha = np.arange(256, dtype=np.uint8).reshape(16, 16)
    bgra = np.dstack([np.full_like(alpha, 77)] * 3 + [alpha])
    write_picture(bgra if bits == 8 else to_16_bits(bgra), tmp_path / 'a.png')
    np.testing.assert_array_equal(read_matte(tmp_path / 'a.png'), alpha)


def test_the_matte_of_an_opaque_picture_is_its_brightness(save, rgb):
    grey = Image.fromarray(rgb[..., 0])
    np.testing.assert_array_equal(read_matte(save(grey, 'a.png')), rgb[..., 0])
    opaque = Image.merge('RGBA', [*[grey] * 3, Image.new('L', grey.size, 255)])
    np.testing.assert_array_equal(read_matte(save(opaque, 'b.png')), rgb[..., 0])
