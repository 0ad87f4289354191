import struct
import zlib

import cv2
import numpy as np
import pytest

from lsmatting_plugin.datasets.transforms import LoadImage, RequireSameSize


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


@pytest.fixture
def save(tmp_path):
    """Write an image, encoded by the file's suffix, and return its path as a string."""

    def write(name, array):
        path = tmp_path / name
        path.write_bytes(cv2.imencode(path.suffix, array)[1].tobytes())
        return str(path)

    return write


def png_chunk(kind, content):
    checksum = zlib.crc32(kind + content)
    return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', checksum)


def test_colour_is_bgr_and_notes_its_shape(apply, save, image):
    results = apply('LoadImage', {'fg_path': save('fg.png', image)}, key='fg')

    np.testing.assert_array_equal(results['fg'], image)
    assert results['fg'].dtype == np.uint8
    assert results['ori_fg_shape'] == (20, 30, 3)
    assert 'ori_fg' not in results


def test_keep_original_is_a_copy(apply, save, image):
    results = apply(
        'LoadImage', {'merged_path': save('a.png', image)}, key='merged', keep_original=True
    )

    np.testing.assert_array_equal(results['ori_merged'], image)
    assert not np.shares_memory(results['ori_merged'], results['merged'])


@pytest.mark.parametrize('grey_in_file', [True, False])
def test_grayscale(apply, save, image, grey_in_file):
    stored = image[..., 0] if grey_in_file else np.repeat(image[..., :1], 3, axis=2)

    results = apply(
        'LoadImage', {'alpha_path': save('a.png', stored)}, key='alpha', color='grayscale'
    )

    np.testing.assert_array_equal(results['alpha'], image[..., 0])
    assert results['ori_alpha_shape'] == (20, 30)


def test_16_bits_and_alpha_channel_become_8_bits_and_three_channels(apply, save, image):
    stored = np.dstack([image, image[..., 0]]).astype(np.uint16) * 257

    results = apply('LoadImage', {'fg_path': save('deep.png', stored)}, key='fg')

    np.testing.assert_array_equal(results['fg'], image)


def test_non_ascii_path(apply, save, image):
    results = apply('LoadImage', {'fg_path': save('Füße 前景.png', image)}, key='fg')

    np.testing.assert_array_equal(results['fg'], image)


@pytest.mark.parametrize('color', ['color', 'grayscale'])
def test_exif_orientation_is_applied(apply, tmp_path, image, color):
    jpeg = cv2.imencode('.jpg', image)[1].tobytes()
    # One TIFF tag in an APP1 segment: Orientation (0x0112), short, 1 value: 6 = turn clockwise.
    tiff = b'MM\0*' + struct.pack('>IHHHIHHI', 8, 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b'Exif\0\0' + tiff
    path = tmp_path / 'photo.jpg'
    path.write_bytes(jpeg[:2] + b'\xff\xe1' + struct.pack('>H', len(exif) + 2) + exif + jpeg[2:])

    results = apply('LoadImage', {'fg_path': path}, key='fg', color=color)

    assert results['ori_fg_shape'][:2] == (30, 20)


def test_broken_png_colour_profile_is_not_reported(apply, tmp_path, image, capfd):
    png = cv2.imencode('.png', image)[1].tobytes()
    profile = png_chunk(b'iCCP', b'sRGB\0\0' + zlib.compress(b'no profile'))
    path = tmp_path / 'profile.png'
    path.write_bytes(png[:33] + profile + png[33:])  # after signature and IHDR

    results = apply('LoadImage', {'fg_path': path}, key='fg')

    np.testing.assert_array_equal(results['fg'], image)
    assert capfd.readouterr().err == ''


def test_missing_file_names_key_and_path(apply, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'alpha: .*nowhere\.png.*data_root'):
        apply('LoadImage', {'alpha_path': tmp_path / 'nowhere.png'}, key='alpha')


@pytest.mark.parametrize('content', [b'', b'hello', b'\x89PNG\r\n\x1a\n', b'\xff\xd8\xff'])
def test_unreadable_file_names_path(apply, tmp_path, content):
    path = tmp_path / 'broken.png'
    path.write_bytes(content)

    with pytest.raises(ValueError, match=r'not a readable image: .*broken\.png: \w'):
        apply('LoadImage', {'fg_path': path}, key='fg')


def test_truncated_file_names_path(apply, tmp_path, image):
    png = cv2.imencode('.png', image)[1].tobytes()
    path = tmp_path / 'half.png'
    path.write_bytes(png[: len(png) // 2])

    with pytest.raises(ValueError, match=r'not a readable image: .*half\.png'):
        apply('LoadImage', {'fg_path': path}, key='fg')


def test_header_that_claims_too_many_pixels_names_path(apply, tmp_path):
    header = struct.pack('>IIBBBBB', 100_000, 100_000, 8, 2, 0, 0, 0)  # 100,000 px square
    path = tmp_path / 'damaged.png'
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + png_chunk(b'IHDR', header) + png_chunk(b'IEND', b''))

    with pytest.raises(ValueError, match=r'not a readable image: .*damaged\.png'):
        apply('LoadImage', {'fg_path': path}, key='fg')


def test_unknown_color_is_refused():
    with pytest.raises(ValueError, match="'rgb'"):
        LoadImage('fg', color='rgb')


def test_require_same_size(apply):
    fg = np.zeros((4, 6, 3), np.uint8)
    sample = {'fg': fg, 'fg_path': 'fg/a.png', 'alpha_path': 'alpha/a.png'}

    apply('RequireSameSize', {**sample, 'alpha': fg[..., 0]}, keys=('fg', 'alpha'))
    with pytest.raises(ValueError) as error:
        apply('RequireSameSize', {**sample, 'alpha': fg[1:, :, 0]}, keys=('fg', 'alpha'))

    for part in ('fg/a.png, height 4, width 6', 'alpha/a.png, height 3, width 6'):
        assert part in str(error.value)


def test_another_that_is_absent_is_named():
    with pytest.raises(ValueError, match=r'alpha: the data set has none for a\.png'):
        LoadImage('alpha')(dict(merged_path='a.png'))


def test_an_optional_image_may_be_absent(tmp_path):
    load = LoadImage('alpha', optional=True)
    results = dict(merged=np.zeros((4, 5, 3), np.uint8), trimap=np.zeros((4, 5), np.uint8))
    assert load(dict(results)).keys() == results.keys()
    check = RequireSameSize(keys=('merged', 'trimap', 'alpha'))
    assert check(dict(results)).keys() == results.keys()
    with pytest.raises(FileNotFoundError):
        load(dict(results, alpha_path=str(tmp_path / 'nowhere.png')))
    with pytest.raises(ValueError, match='same size'):
        check(dict(results, alpha=np.zeros((4, 4), np.uint8)))


@pytest.mark.parametrize(
    ('size', 'target', 'divisor'),
    [
        ((300, 400), (150, 100), 2),  # the short side, halved, is the long side of the other
        ((300, 400), (151, 100), 1),
        ((400, 300), (70, 70), 4),
        ((300, 400), (30, 20), 8),
        ((100, 90), (640, 480), 1),
    ],
)
def test_a_large_jpeg_is_decoded_no_larger_than_needed(apply, save, size, target, divisor):
    photo = cv2.GaussianBlur(
        np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8), None, 9
    )
    path = save('bg.jpg', photo)
    fg = np.zeros((*target, 3), np.uint8)

    results = apply('LoadImage', {'bg_path': path, 'fg': fg}, key='bg', like='fg')

    assert results['bg'].shape[:2] == tuple(-(-side // divisor) for side in size)
    whole = apply('LoadImage', {'bg_path': path}, key='bg')['bg']
    smaller = cv2.resize(whole, results['bg'].shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(smaller.astype(int) - results['bg']).mean() < 1


def test_other_formats_are_decoded_whole(apply, save, image):
    sample = {'bg_path': save('bg.png', image), 'fg': np.zeros((2, 2, 3), np.uint8)}

    assert apply('LoadImage', sample, key='bg', like='fg')['bg'].shape == image.shape


def test_a_broken_jpeg_is_named_with_like_too(apply, tmp_path):
    path = tmp_path / 'bg.jpg'
    path.write_bytes(b'no image')
    sample = {'bg_path': str(path), 'fg': np.zeros((2, 2, 3), np.uint8)}

    with pytest.raises(ValueError, match=r'bg: not a readable image: .*bg\.jpg'):
        apply('LoadImage', sample, key='bg', like='fg')
