import math

import numpy as np
import pytest
import torch
from oracles import loss as oracle

from lsmatting_plugin.models import MultiScaleAlphaLoss

SIZES = [(1, 1), (1, 9), (2, 2), (3, 5), (8, 15), (15, 15), (16, 31), (33, 17)]


def random_case(size, seed=0):
    """Prediction beyond 0..1 in places, truth with many exact 0 and 1, about half unknown."""
    rng = np.random.default_rng(seed)
    shape = (2, 1, *size)
    pred = rng.uniform(-0.4, 1.4, shape)
    gt = np.clip(rng.uniform(-0.5, 1.5, shape), 0, 1)
    return pred, gt, rng.random(shape) < 0.5


def pixel(value, **options):
    return torch.tensor(value, **options).view(1, 1, 1, 1)


@pytest.mark.parametrize('size', SIZES)
def test_random_mattes_cost_what_the_oracle_says(size):
    case = random_case(size, seed=sum(size))
    got = MultiScaleAlphaLoss()(*map(torch.from_numpy, case))
    assert got.item() == pytest.approx(oracle.multi_scale_alpha_loss(*case), rel=1e-12)


@pytest.mark.parametrize('options', [dict(num_scales=1), dict(num_scales=2), dict(epsilon=0.01)])
def test_options_act_as_in_the_oracle(options):
    case = random_case((9, 6))
    got = MultiScaleAlphaLoss(**options, loss_weight=3)(*map(torch.from_numpy, case))
    expected = 3 * oracle.multi_scale_alpha_loss(*case, **options)
    assert got.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize('size', [(2, 2), (5, 4)])
def test_the_gradient_is_the_oracle_s_slope(size):
    pred, gt, is_unknown = random_case(size)
    leaf = torch.from_numpy(pred).requires_grad_()
    MultiScaleAlphaLoss()(leaf, torch.from_numpy(gt), torch.from_numpy(is_unknown)).backward()

    target, slope = oracle.target_of(pred, gt), np.zeros_like(pred)
    for at in np.ndindex(pred.shape):
        step = np.zeros_like(pred)
        step[at] = 1e-6
        ahead, behind = (oracle.distance(pred + s, target, is_unknown) for s in (step, -step))
        slope[at] = (ahead - behind) / 2e-6
    np.testing.assert_allclose(leaf.grad.numpy(), slope, atol=1e-7)


def test_one_unknown_pixel_costs_its_smoothed_error_over_two():
    loss = MultiScaleAlphaLoss()(pixel(0.7), pixel(0.2), pixel(True))
    assert loss.item() == pytest.approx(math.sqrt(0.25 + 1e-6) / 2)


@pytest.mark.parametrize(
    ('pred', 'gt', 'is_free'),
    [
        (1.5, 1.0, True),
        (1.5, 0.9995, True),
        (-0.5, 0.0, True),
        (-0.5, 0.0005, True),
        (0.5, 1.0, False),
        (1.5, 0.998, False),
        (-0.5, 0.002, False),
        (1.5, 0.0, False),
    ],
)
def test_one_pixel_beyond_a_true_1_or_0_is_free_and_pulls_nowhere(pred, gt, is_free):
    leaf = pixel(pred, requires_grad=True)
    loss = MultiScaleAlphaLoss()(leaf, pixel(gt), pixel(True))
    (gradient,) = torch.autograd.grad(loss, leaf)
    error = 0 if is_free else abs(pred - gt)
    assert loss.item() == pytest.approx(math.sqrt(error**2 + 1e-6) / 2, rel=1e-5)
    assert (gradient.item() == 0) == is_free


def test_an_image_without_unknown_region_costs_nothing_and_pulls_nowhere():
    pred = torch.rand(1, 1, 20, 20, requires_grad=True)
    loss = MultiScaleAlphaLoss()(pred, torch.rand(1, 1, 20, 20), torch.zeros(1, 1, 20, 20))
    loss.backward()
    assert loss.item() == 0
    assert not pred.grad.any()


def test_is_unknown_may_be_bool_or_0_and_1():
    pred, gt, is_unknown = map(torch.from_numpy, random_case((9, 7)))
    loss = MultiScaleAlphaLoss()
    assert loss(pred, gt, is_unknown) == loss(pred, gt, is_unknown.float())


def test_gradients_averaged_over_processes_are_those_of_the_whole_batch(monkeypatch):
    pred, gt, is_unknown = map(torch.from_numpy, random_case((20, 20)))
    is_unknown[0, :, :15] = False  # so that the processes' weights differ
    pred.requires_grad_()
    loss = MultiScaleAlphaLoss()
    (expected,) = torch.autograd.grad(loss(pred, gt, is_unknown), pred)

    def of_both_processes(all_reduce):
        monkeypatch.setattr(torch.distributed, 'all_reduce', all_reduce)
        return [loss(pred[i : i + 1], gt[i : i + 1], is_unknown[i : i + 1]) for i in range(2)]

    monkeypatch.setattr(torch.distributed, 'is_initialized', lambda: True)
    monkeypatch.setattr(torch.distributed, 'get_world_size', lambda: 2)
    sent = []
    of_both_processes(lambda tensor: sent.append(tensor.clone()))
    losses = of_both_processes(lambda tensor: tensor.copy_(sum(sent)))

    (got,) = torch.autograd.grad(sum(losses) / 2, pred)
    torch.testing.assert_close(got, expected)
