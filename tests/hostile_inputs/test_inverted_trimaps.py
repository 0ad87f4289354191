"""A trimap that has object and background the wrong way round is likely to be noticed."""

import cv2
import numpy as np
import pytest
from hostile_files import TRIMAP

from lsmatting_plugin.cutout import INVERTED_SHARE, trimap_warnings
from lsmatting_plugin.photo import read_grey
from lsmatting_plugin.trimap import snap_trimap

FRAMED = np.zeros((40, 60), np.uint8)  # an object in the middle
cv2.ellipse(FRAMED, (30, 20), (20, 14), 0, 0, 360, 128, -1)
cv2.ellipse(FRAMED, (30, 20), (15, 9), 0, 0, 360, 255, -1)
PORTRAIT = FRAMED.copy()  # which the lower edge cuts off
PORTRAIT[20:, 10:50] = np.maximum(PORTRAIT[20:, 10:50], 128)
PORTRAIT[20:, 15:45] = 255


def is_noticed(trimap):
    return any('the trimap is inverted' in line for line in trimap_warnings(snap_trimap(trimap)))


@pytest.mark.parametrize('trimap', [FRAMED, PORTRAIT], ids=['framed', 'portrait'])
def test_the_inverse_is_noticed_and_the_trimap_is_not(trimap):
    assert is_noticed(255 - trimap)
    assert not is_noticed(trimap)


@pytest.mark.parametrize('value', [0, 128, 255])
def test_a_trimap_of_one_value_is_no_inverse(value):
    assert not is_noticed(np.full_like(TRIMAP, value))


def test_the_commands_tell(here, lsmatting):
    cv2.imwrite('photo.png', np.dstack([FRAMED] * 3))
    cv2.imwrite('trimap.png', 255 - FRAMED)
    status, _, said = lsmatting('matte', 'photo.png', 'trimap.png', '-o', 'o.png')
    assert status == 0 and 'the trimap is inverted' in said[-1]
    assert 'the trimap is inverted' in lsmatting('check', 'photo.png', 'trimap.png')[1]


def test_of_real_trimaps_none_is_taken_for_an_inverse_and_half_of_the_inverses_are(shared_dir):
    shares = []
    for path in sorted((shared_dir / 'data').rglob('*.png')):
        if 'trimap' in str(path.relative_to(shared_dir)).lower():
            trimap = snap_trimap(read_grey(path)).trimap
            border = np.concatenate([trimap[0], trimap[-1], trimap[:, 0], trimap[:, -1]])
            shares.append((np.mean(border == 255), np.mean(border == 0)))
    right, inverse = np.array(shares).T
    assert right.max() < INVERTED_SHARE
    assert np.mean(inverse > INVERTED_SHARE) > 0.4
