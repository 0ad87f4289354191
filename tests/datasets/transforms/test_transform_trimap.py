import numpy as np
import pytest
from oracles import plain_pipeline as oracle

from lsmatting_plugin.datasets.transforms.proximity import distance_in_row, is_within
from lsmatting_plugin.registry import TRANSFORMS


def trimap_of(apply, alpha, *distance_range, seed=0):
    results = apply('GenerateTrimap', {'alpha': alpha}, seed, distance_range=distance_range)
    return results['trimap']


def brute_force_trimap(alpha, distance):
    """The definition, pixel by pixel, for d_in = d_out = distance."""
    is_soft = (alpha > 0) & (alpha < 255)
    trimap = np.where(alpha == 255, 255, 0)
    for y, x in np.ndindex(*alpha.shape):
        squared = [(y - v) ** 2 + (x - u) ** 2 for v, u in np.argwhere(is_soft)]
        if min(squared) <= distance**2:
            trimap[y, x] = 128
    return trimap


@pytest.mark.parametrize('distance', [0, 1, 2, 5])
def test_definition(apply, make_sample, distance):
    alpha = make_sample(20, 24)['alpha']

    trimap = trimap_of(apply, alpha, distance, distance)

    assert trimap.dtype == np.uint8
    np.testing.assert_array_equal(trimap, brute_force_trimap(alpha, distance))


def test_distances_inside_and_outside_are_drawn_apart_and_reach_both_bounds(apply):
    # One row: background, a soft pixel at 10, foreground.
    alpha = np.array([[0] * 10 + [128] + [255] * 10], np.uint8)

    drawn = set()
    for seed in range(100):
        is_unknown = trimap_of(apply, alpha, 1, 3, seed=seed)[0] == 128
        drawn.add((is_unknown[:10].sum(), is_unknown[11:].sum()))

    assert drawn == {(d_out, d_in) for d_out in (1, 2, 3) for d_in in (1, 2, 3)}


@pytest.mark.parametrize('distance', [1, 2, 3])
def test_hard_mask_is_unknown_about_its_edge(apply, distance):
    alpha = np.array([[0] * 10 + [255] * 10], np.uint8)

    trimap = trimap_of(apply, alpha, distance, distance)[0]

    expected = [0] * (10 - distance) + [128] * (2 * distance) + [255] * (10 - distance)
    assert trimap.tolist() == expected


@pytest.mark.parametrize('level', [0, 255])
@pytest.mark.parametrize('size', [(1, 1), (30, 40)])
def test_flat_mask_has_nothing_unknown(apply, level, size):
    trimap = trimap_of(apply, np.full(size, level, np.uint8), 1, 24)

    assert (trimap == level).all()


def test_all_soft_is_all_unknown(apply):
    assert (trimap_of(apply, np.full((5, 6), 1, np.uint8), 1, 24) == 128).all()


@pytest.mark.parametrize('distance_range', [(-1, 5), (24, 1), (1, 255)])
def test_bad_range(distance_range):
    with pytest.raises(ValueError, match='distance_range'):
        TRANSFORMS.build(dict(type='GenerateTrimap', distance_range=distance_range))


@pytest.mark.parametrize('strict', [False, True])
def test_near_values_of_a_file_become_known(apply, strict):
    values = np.array([[0, 3, 102, 128, 252, 255]], np.uint8)
    results = apply('SnapTrimap', dict(trimap=values, ori_trimap=values), strict=strict)
    expected = [[0, 128, 128, 128, 128, 255]] if strict else [[0, 0, 128, 128, 255, 255]]
    assert results['trimap'].tolist() == results['ori_trimap'].tolist() == expected


def test_a_trimap_may_come_without_a_copy(apply):
    assert 'ori_trimap' not in apply('SnapTrimap', dict(trimap=np.zeros((2, 2), np.uint8)))


@pytest.mark.parametrize('kind', ['soft', 'hard'])
def test_is_that_of_exact_distance_transforms(apply, make_sample, kind):
    alpha = make_sample(180, 240)['alpha']
    if kind == 'hard':
        alpha = np.where(alpha > 127, np.uint8(255), np.uint8(0))
    for seed in range(12):
        trimap = trimap_of(apply, alpha, 0, 60, seed=seed)
        plain = oracle.Trimap((0, 60))({'rng': np.random.default_rng(seed), 'alpha': alpha})
        np.testing.assert_array_equal(trimap, plain['trimap'])


@pytest.mark.parametrize('density', [0.001, 0.02, 0.5])
@pytest.mark.parametrize('reach', [0, 1, 3, 24, 254])
def test_what_is_within_a_distance(density, reach):
    is_target = np.random.default_rng(0).random((70, 300)) < density

    is_near = is_within(distance_in_row(is_target), reach)

    np.testing.assert_array_equal(is_near, oracle.distance_to(is_target) <= reach)


def test_nothing_is_near_no_target():
    assert not is_within(distance_in_row(np.zeros((20, 700), bool)), 254).any()


def test_a_reach_of_more_than_a_byte_is_refused():
    with pytest.raises(ValueError, match=r'0\.\.254'):
        is_within(np.zeros((2, 2), np.uint8), 255)
