import cv2
import numpy as np
import pytest

from lsmatting_plugin.image_io import is_intact, write_image

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / 'new folder/image.png'

    write_image(IMAGE, path)

    np.testing.assert_array_equal(cv2.imread(str(path)), IMAGE)
    assert [file.name for file in path.parent.iterdir()] == ['image.png']


def test_options_reach_the_encoder(tmp_path):
    for quality in (10, 95):
        write_image(IMAGE, tmp_path / f'{quality}.jpg', (cv2.IMWRITE_JPEG_QUALITY, quality))

    assert (tmp_path / '10.jpg').stat().st_size < (tmp_path / '95.jpg').stat().st_size


@pytest.mark.parametrize(
    'image, name',
    [(IMAGE, 'image.nothing'), (IMAGE, 'image'), (IMAGE[:0], 'image.png')],
)
def test_what_cannot_be_written_is_named(tmp_path, image, name):
    with pytest.raises(ValueError, match=name):
        write_image(image, tmp_path / name)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_a_truncated_image_is_not_intact(tmp_path, suffix):
    path = tmp_path / f'image{suffix}'
    assert not is_intact(path)

    write_image(IMAGE, path)
    assert is_intact(path)

    path.write_bytes(path.read_bytes()[:-40])
    assert not is_intact(path)


def test_rubbish_with_the_right_end_is_not_intact(tmp_path):
    path = tmp_path / 'image.png'
    path.write_bytes(b'no image' + b'IEND\xaeB`\x82')

    assert not is_intact(path)
