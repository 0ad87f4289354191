import cv2
import numpy as np
import pytest

from lsmatting_plugin.trimap import (
    snap_trimap,
    trimap_of_box,
    trimap_of_mask,
    trimap_of_scribbles,
)


def test_values_are_taken_as_the_paper_does():
    values = np.array([[0, 3, 49, 50, 102, 128, 200, 201, 252, 255]], np.uint8)
    snapped = snap_trimap(values)
    assert snapped.trimap.tolist() == [[0, 0, 0, 128, 128, 128, 128, 255, 255, 255]]
    assert snapped.num_snapped == 4
    assert values[0, 1] == 3


def test_strictly_only_the_ends_are_known():
    values = np.array([[0, 3, 128, 252, 255]], np.uint8)
    assert snap_trimap(values, strict=True).trimap.tolist() == [[0, 128, 128, 128, 255]]
    assert snap_trimap(values, strict=True).num_snapped == 0


@pytest.fixture
def disc():
    y, x = np.mgrid[:80, :100]
    return np.hypot(y - 40, x - 50) <= 25


@pytest.mark.parametrize('inside', [1, 255])
@pytest.mark.parametrize('width', [0, 3, 7.5])
def test_the_edge_of_a_mask_is_unknown_by_euclidean_distance(disc, inside, width):
    trimap = trimap_of_mask(disc.astype(np.uint8) * inside, width)
    points = np.argwhere(np.ones_like(disc))
    for is_here, value in ((disc, 255), (~disc, 0)):
        others = np.argwhere(~is_here)
        distance = np.sqrt(((points[:, None] - others) ** 2).sum(-1).min(1)).reshape(disc.shape)
        np.testing.assert_array_equal(trimap == value, distance > width)


def test_soft_pixels_are_unknown_but_for_those_near_an_end():
    matte = np.array([[0, 5, 30, 128, 220, 250, 255]], np.uint8)
    assert trimap_of_mask(matte, 0).tolist() == [[0, 0, 128, 128, 128, 255, 255]]


@pytest.mark.parametrize(('value', 'expected'), [(0, 0), (255, 255)])
def test_a_mask_without_an_edge_is_known(value, expected):
    assert (trimap_of_mask(np.full((5, 6), value, np.uint8), 3) == expected).all()


@pytest.fixture
def photo(disc):
    """A reddish noisy disc before something bluish."""
    rng = np.random.default_rng(0)
    image = np.where(disc[..., None], [40, 60, 200], [190, 120, 50]) + rng.normal(
        0, 12, (80, 100, 3)
    )
    return image.clip(0, 255).astype(np.uint8)


def agreement(trimap, disc):
    """Share of known pixels, and of those that are right."""
    is_known = trimap != 128
    return is_known.mean(), ((trimap == 255) == disc)[is_known].mean()


def test_a_box_finds_its_object(photo, disc):
    trimap = trimap_of_box(photo, (20, 10, 60, 60), width=4)
    known, right = agreement(trimap, disc)
    assert known > 0.7 and right > 0.99
    assert (trimap[:10] == 0).all()
    np.testing.assert_array_equal(trimap, trimap_of_box(photo, (20, 10, 60, 60), width=4))


def test_scribbles_find_their_object_and_stay(photo, disc):
    scribbles = np.full(disc.shape, 128, np.uint8)
    cv2.line(scribbles, (40, 40), (60, 40), 255, 3)
    cv2.rectangle(scribbles, (3, 3), (96, 76), 0, 3)
    trimap = trimap_of_scribbles(photo, scribbles, width=4)
    known, right = agreement(trimap, disc)
    assert known > 0.7 and right > 0.99
    assert (trimap[scribbles == 255] == 255).all() and (trimap[scribbles == 0] == 0).all()


@pytest.mark.parametrize(
    ('box', 'message'),
    [
        ((-1, 0, 5, 5), 'within the image'),
        ((0, 0, 0, 5), 'within the image'),
        ((90, 0, 20, 5), 'beyond the image, 100 x 80'),
        ((0, 0, 100, 80), 'whole image'),
    ],
)
def test_boxes_that_make_no_sense_are_refused(photo, box, message):
    with pytest.raises(ValueError, match=message):
        trimap_of_box(photo, box, 4)


@pytest.mark.parametrize(('value', 'missing'), [(255, 'background'), (0, 'object')])
def test_scribbles_need_both_sides(photo, value, missing):
    scribbles = np.full((80, 100), 128, np.uint8)
    scribbles[40] = value
    with pytest.raises(ValueError, match=missing):
        trimap_of_scribbles(photo, scribbles, 4)
