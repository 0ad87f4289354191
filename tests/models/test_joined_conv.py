import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lsmatting_plugin.models import joined_conv
from lsmatting_plugin.models.joined_conv import conv_bilinear, conv_nearest

UPSAMPLING = {
    conv_nearest: dict(mode='nearest'),
    conv_bilinear: dict(mode='bilinear', align_corners=False),
}


@pytest.mark.parametrize('function', UPSAMPLING)
@pytest.mark.parametrize('size', [(5, 7), (1, 4), (1, 1), (8, 2)])
@pytest.mark.parametrize('bias', [True, False])
def test_result_and_gradients_are_those_of_joined_features(function, size, bias):
    conv = nn.Conv2d(4 + 6, 5, 3, padding=1, bias=bias).double()
    fine_size = tuple(2 * side for side in size)
    fine = torch.randn(2, 4, *fine_size, dtype=torch.double, requires_grad=True)
    coarse = torch.randn(2, 6, *size, dtype=torch.double, requires_grad=True)
    wanted = [fine, coarse, *conv.parameters()]

    upsampled = F.interpolate(coarse, size=fine_size, **UPSAMPLING[function])
    plain = conv(torch.cat([fine, upsampled], dim=1))
    fast = function(conv, fine, coarse)

    torch.testing.assert_close(fast, plain)
    weight = torch.randn_like(plain)
    gradients = [torch.autograd.grad(output, wanted, weight) for output in (fast, plain)]
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs)


def loss_and_gradients(mattor, inputs):
    mattor.zero_grad()
    loss = (mattor(inputs) - 0.3).abs().mean()
    loss.backward()
    return loss.detach(), {name: p.grad.clone() for name, p in mattor.named_parameters()}


# The second has odd sides at the coarse stages, which are joined as ever.
@pytest.mark.parametrize('size', [(64, 96), (72, 104)])
def test_training_step_is_that_of_joined_features(build_mattor, monkeypatch, size):
    mattor = build_mattor().train()
    other = copy.deepcopy(mattor)
    inputs = torch.randn(2, 4, *size)
    calls = []
    for function in (conv_nearest, conv_bilinear):

        def counted(*args, function=function):
            calls.append(function.__name__)
            return function(*args)

        monkeypatch.setattr(f'lsmatting_plugin.models.decoder.{function.__name__}', counted)

    loss, gradients = loss_and_gradients(mattor, inputs)
    monkeypatch.setattr('lsmatting_plugin.models.decoder.is_worthwhile', lambda *_: False)
    plain_loss, plain_gradients = loss_and_gradients(other, inputs)

    assert calls.count('conv_bilinear') == 1
    assert 1 <= calls.count('conv_nearest') <= 4
    torch.testing.assert_close(loss, plain_loss)
    for name, gradient in plain_gradients.items():
        torch.testing.assert_close(gradients[name], gradient, rtol=1e-3, atol=1e-6)


def test_not_without_gradients_nor_at_other_ratios():
    fine, coarse = torch.randn(1, 2, 8, 8), torch.randn(1, 2, 4, 4, requires_grad=True)

    assert joined_conv.is_worthwhile(fine, coarse)
    assert not joined_conv.is_worthwhile(fine, coarse.detach())
    assert not joined_conv.is_worthwhile(fine[..., :7], coarse)
    with torch.no_grad():
        assert not joined_conv.is_worthwhile(fine, coarse)
