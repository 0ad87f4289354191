import numpy as np
import pytest

from lsmatting_plugin.datasets.transforms import RandomUnknownCrop

KEYS = ('trimap', 'alpha')


def sample(unknown, height=20, width=30):
    trimap = np.zeros((height, width), np.uint8)
    for row, column in unknown:
        trimap[row, column] = 128
    alpha = np.arange(height * width, dtype=np.uint16).reshape(height, width)
    return dict(trimap=trimap, alpha=alpha)


@pytest.mark.parametrize(
    ('pixel', 'corner'),
    [((10, 15), (6, 11)), ((0, 0), (0, 0)), ((19, 29), (12, 22)), ((19, 2), (12, 0))],
)
def test_the_window_is_around_an_unknown_pixel_and_within_the_image(pixel, corner):
    cut = RandomUnknownCrop(KEYS, size=8)(sample([pixel]))
    assert cut['trimap'].shape == cut['alpha'].shape == (8, 8)
    assert divmod(int(cut['alpha'][0, 0]), 30) == corner
    assert (cut['trimap'] == 128).sum() == 1


def test_every_unknown_pixel_can_be_its_centre():
    corners = {
        int(RandomUnknownCrop(KEYS, 4)(sample([(5, 5), (10, 20), (15, 8)]))['alpha'][0, 0])
        for _ in range(60)
    }
    assert len(corners) == 3


def test_without_unknown_pixels_it_is_anywhere():
    corners = {int(RandomUnknownCrop(KEYS, 4)(sample([]))['alpha'][0, 0]) for _ in range(60)}
    assert len(corners) > 20


def test_images_smaller_than_the_window_are_an_error():
    with pytest.raises(ValueError, match='24 x 24 pixels does not fit into images of 30 x 20'):
        RandomUnknownCrop(KEYS, size=24)(sample([]))
    with pytest.raises(ValueError, match='at least 1 pixel'):
        RandomUnknownCrop(KEYS, size=0)
