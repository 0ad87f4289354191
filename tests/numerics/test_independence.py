"""An image's matte does not depend on company, order, threads or tiles."""

import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lsmatting_plugin.models import MattingPreprocessor, MattingTTA
from lsmatting_plugin.models.tiled_encoding import encode_tiles, grid

# oneDNN chooses its kernels by the size of a batch and the number of threads, and each sums in an
# order of its own: single precision has 24 bits, of which a sum of thousands keeps about 20.
ROUNDING = 1e-6

WAYS = {
    'plain': {},
    'tiles': dict(test_cfg=dict(tile=64)),
    'refined': dict(refiner=dict(type='BackpropRefiner', steps=3, lr=500)),
    'flips': dict(tta=dict(type='MattingTTA')),
    'flow-aligned with pyramid': dict(decoder=dict(fusion='flow_aligned', pyramid_bins=(1, 2))),
    'ASPP': dict(skip=dict(type='ASPPSkip')),
}


@pytest.fixture(scope='module', params=WAYS)
def mattor(request, build_mattor):
    return build_mattor(**WAYS[request.param])


def assert_same(alpha, expected):
    """Within rounding; so in 8 bits too, but for a pixel half way between two levels."""
    assert expected.std() > 0.05  # a matte, not a constant
    torch.testing.assert_close(alpha, expected, atol=ROUNDING, rtol=0)
    levels = [(x.double() * 255).round() for x in (alpha, expected)]
    is_half_way = ((expected.double() * 255) % 1 - 0.5).abs() <= 255 * ROUNDING
    assert torch.equal(*(level[~is_half_way] for level in levels))


def test_a_matte_is_the_same_alone_and_in_a_batch(mattor, make_inputs):
    inputs = make_inputs(batch=3)
    alone = torch.cat([mattor.alpha(image) for image in inputs.split(1)])
    assert_same(mattor.alpha(inputs), alone)


def test_a_matte_is_the_same_in_a_batch_of_another_order(mattor, make_inputs):
    inputs, order = make_inputs(batch=3), [2, 0, 1]
    assert_same(mattor.alpha(inputs[order]), mattor.alpha(inputs)[order])


def test_a_matte_is_the_same_beside_an_image_that_is_all_known(mattor, make_inputs):
    inputs = make_inputs(batch=2)
    inputs[1, 3] = 1
    assert_same(mattor.alpha(inputs)[:1], mattor.alpha(inputs[:1]))


def test_a_matte_is_the_same_by_1_2_and_4_threads(mattor, make_inputs):
    inputs, before, mattes = make_inputs(), torch.get_num_threads(), []
    try:
        for count in (1, 2, 4):
            torch.set_num_threads(count)
            mattes.append(mattor.alpha(inputs))
    finally:
        torch.set_num_threads(before)
    for matte in mattes[1:]:
        assert_same(matte, mattes[0])


def test_a_matte_is_the_same_bit_for_bit_when_predicted_again(mattor, make_inputs):
    inputs = make_inputs()
    assert torch.equal(mattor.alpha(inputs), mattor.alpha(inputs))


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_tiles_in_any_order_give_the_same_maps_bit_for_bit(build_tiled, shuffler):
    network, inputs = build_tiled
    tiles = grid(*inputs.shape[2:], 64)
    assert len(tiles) > 4
    maps, expected = (
        encode_tiles(network._skip_halves, inputs, order)
        for order in (shuffler.sample(tiles, len(tiles)), tiles)
    )
    assert all(torch.equal(*pair) for pair in zip(maps, expected, strict=True))


@pytest.fixture(scope='module')
def build_tiled(build_mattor):
    """A network and an input of six tiles."""
    inputs = torch.randn(1, 4, 160, 96, generator=torch.Generator().manual_seed(0))
    return build_mattor().prediction_network(), inputs


def test_views_in_any_order_have_the_same_mean(build_mattor, make_inputs):
    mattor, inputs = build_mattor(), make_inputs()
    tta = MattingTTA(scales=(0.8, 1.0))
    expected = tta.average(mattor._alpha_of_view, inputs, MattingPreprocessor())
    shuffler = random.Random(0)
    shuffler.shuffle(tta.flips)
    tta.scales = (1.0, 0.8)
    assert_same(tta.average(mattor._alpha_of_view, inputs, MattingPreprocessor()), expected)
