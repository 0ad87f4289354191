"""What the training loss is for any batch, and how exactly."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lsmatting_plugin.models import MultiScaleAlphaLoss

SIDES = st.integers(1, 40)
LOSS = MultiScaleAlphaLoss()


def batch(*size, images=2, seed=0):
    """Prediction beyond 0..1 in places, truth that is not at an end, half of it unknown."""
    generator = torch.Generator().manual_seed(seed)
    shape = (images, 1, *size)
    pred, gt, chance = torch.rand((3, *shape), dtype=torch.float64, generator=generator)
    return pred * 1.4 - 0.2, gt * 0.8 + 0.1, chance < 0.5


def loss_and_gradient(pred, gt, is_unknown):
    pred = pred.detach().requires_grad_()
    loss = LOSS(pred, gt, is_unknown)
    return loss.detach(), torch.autograd.grad(loss, pred)[0]


@given(SIDES, SIDES, st.floats(0, 1), st.booleans())
def test_loss_and_gradient_are_finite_at_any_size_and_any_share_of_unknown(
    height, width, share, is_perfect
):
    pred, gt, _ = batch(height, width)
    is_unknown = torch.rand(pred.shape) < share
    loss, gradient = loss_and_gradient(gt if is_perfect else pred, gt, is_unknown)
    assert loss.isfinite()
    assert gradient.isfinite().all()
    assert (loss == 0) == (not is_unknown.any())
    if is_perfect:  # d = 0: sqrt(d^2 + epsilon) is smooth there
        assert not gradient.any()


@settings(max_examples=12)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 99))
def test_first_and_second_derivatives_are_those_of_the_value(height, width, seed):
    pred, gt, is_unknown = batch(height, width, images=1, seed=seed)
    # An epsilon of the size of d: finite differences do not see the bend of radius 1e-3.
    loss = MultiScaleAlphaLoss(epsilon=0.1)
    pred.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: loss(x, gt, is_unknown), pred)
    assert torch.autograd.gradgradcheck(lambda x: loss(x, gt, is_unknown), pred)


@pytest.mark.parametrize('size', [(13, 9), (640, 640)])
def test_float32_agrees_with_float64(size):
    """The value to 1e-6; a pixel's gradient to 1e-4 of the largest.

    Round d = 0 the gradient d / sqrt(d^2 + 1e-6) climbs by 1000 d, and d is off by 2^-24.
    """
    double = batch(*size)
    loss, gradient = loss_and_gradient(*double)
    loss32, gradient32 = loss_and_gradient(*(x.float() for x in double))
    assert loss32.item() == pytest.approx(loss.item(), rel=1e-6)
    largest = gradient.abs().max().item()
    torch.testing.assert_close(gradient32.double(), gradient, rtol=0, atol=1e-4 * largest)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('autocast', [False, True])
def test_half_precision_is_summed_in_float32(dtype, autocast):
    """640 x 640 unknown pixels are more than float16 can count."""
    pred, gt, _ = (x.to(dtype) for x in batch(640, 640, images=1))
    is_unknown = torch.ones_like(gt)
    expected = LOSS(pred.float(), gt.float(), is_unknown.float())
    with torch.autocast('cpu', dtype, enabled=autocast):
        loss, gradient = loss_and_gradient(pred, gt, is_unknown)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)
    assert gradient.isfinite().all()
    assert gradient.any()


@pytest.mark.parametrize('bad', [math.nan, math.inf, -math.inf])
@given(st.integers(0, 34), st.sampled_from([0.0, 0.5, 1.0]), st.booleans())
def test_a_prediction_that_is_not_finite_is_never_hidden(bad, at, gt, is_unknown):
    """Wherever it is: in the known region, or beyond a true 1 or 0, where errors are free."""
    pred = torch.full((1, 1, 5, 7), 0.5)
    pred.view(-1)[at] = bad
    assert not LOSS(pred, torch.full_like(pred, gt), torch.full_like(pred, is_unknown)).isfinite()


@given(st.permutations(range(4)))
def test_the_order_of_a_batch_does_not_matter(order):
    arrays = batch(17, 21, images=4)
    assert LOSS(*(x[list(order)] for x in arrays)).item() == pytest.approx(
        LOSS(*arrays).item(), rel=1e-12
    )


def test_each_unknown_pixel_of_a_batch_weighs_the_same_whichever_image_it_is_of():
    """sum(sqrt(d^2 + e) w) / (sum(w) + 1), both sums over the batch, at one scale."""
    pred, gt, is_unknown = batch(6, 5)
    is_unknown[0, :, 1:] = False
    distance = ((pred - gt) ** 2 + 1e-6).sqrt()
    expected = distance[is_unknown].sum() / (is_unknown.sum() + 1)
    assert MultiScaleAlphaLoss(num_scales=1)(pred, gt, is_unknown).item() == pytest.approx(
        expected.item(), rel=1e-12
    )


def test_shapes_that_would_be_broadcast_are_refused():
    pred, gt, is_unknown = batch(6, 5)
    with pytest.raises(ValueError, match=r'\(2, 1, 6, 5\), \(2, 6, 5\) and \(2, 1, 6, 5\)'):
        LOSS(pred, gt[:, 0], is_unknown)
