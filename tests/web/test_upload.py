import cv2
import numpy as np
import pytest
from web_visitor import png_header

from lsmatting_plugin.image_io import write_image
from lsmatting_plugin.web.upload import require_fitting, uploaded_grey, uploaded_photo


@pytest.mark.parametrize('size', [(5001, 5000), (20_000, 20_000), (2**30, 2**30)])
def test_the_header_alone_decides(size, tmp_path):
    data = png_header(*size)
    (tmp_path / 'bomb.png').write_bytes(data)

    for source in (data, tmp_path / 'bomb.png'):
        with pytest.raises(ValueError, match='25 million'):
            require_fitting(source, 25_000_000)
    require_fitting(png_header(5000, 5000), 25_000_000)


def test_what_is_no_image_is_told_without_the_servers_folders(tmp_path):
    path = tmp_path / 'photo.png'
    path.write_bytes(b'no image')
    with pytest.raises(ValueError, match='no image of a known format'):
        uploaded_photo(path, 100)

    write_image(np.random.default_rng(0).integers(0, 255, (9, 9, 3), np.uint8), path)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ValueError, match='cannot be used') as raised:
        uploaded_photo(path, 100)
    assert str(tmp_path) not in str(raised.value)


def test_photos_and_trimaps_are_read(tmp_path):
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    cv2.imwrite(str(tmp_path / 'a.png'), pixels)
    cv2.imwrite(str(tmp_path / 'b.png'), pixels[..., 0])

    np.testing.assert_array_equal(uploaded_photo(tmp_path / 'a.png', 20).pixels, pixels)
    np.testing.assert_array_equal(uploaded_grey(tmp_path / 'b.png', 20), pixels[..., 0])
