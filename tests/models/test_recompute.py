import copy

import pytest
import torch
from torch import nn

from lsmatting_plugin.models.recompute import recomputed


def step(mattor):
    """Loss, gradients and batch norms' statistics after one pass to and fro."""
    mattor.train()
    torch.manual_seed(1)
    inputs = torch.randn(2, 4, 64, 96)
    loss = (mattor(inputs) ** 2).mean()
    loss.backward()
    gradients = {name: p.grad.clone() for name, p in mattor.named_parameters()}
    return loss.detach(), gradients, {name: b.clone() for name, b in mattor.named_buffers()}


def switched_on(mattor):
    other = copy.deepcopy(mattor)
    other.encoder.recomputes = other.decoder.recomputes = True
    return other


@pytest.mark.parametrize('fusion', ['concat', 'flow_aligned'])
def test_step_is_that_without(build_mattor, fusion):
    mattor = build_mattor(decoder=dict(fusion=fusion))
    other = switched_on(mattor)

    loss, gradients, buffers = step(mattor)
    again, other_gradients, other_buffers = step(other)

    assert loss == again
    for name, gradient in gradients.items():
        torch.testing.assert_close(other_gradients[name], gradient, rtol=1e-4, atol=1e-7)
    # Running means and counts moved once.
    assert buffers.keys() == other_buffers.keys()
    for name, value in buffers.items():
        torch.testing.assert_close(other_buffers[name], value, rtol=0, atol=0)
    assert any(name.endswith('num_batches_tracked') for name in buffers)


def test_config_switches_it_on(make_tiny_model_cfg, build_mattor):
    cfg = make_tiny_model_cfg()

    mattor = build_mattor(encoder=dict(cfg['encoder'], with_cp=True), decoder=dict(with_cp=True))

    assert mattor.encoder.recomputes
    assert mattor.decoder.recomputes
    assert not build_mattor().encoder.recomputes


def test_norms_in_evaluation_mode_stay_so(build_mattor):
    mattor = switched_on(build_mattor(norm_eval=True))
    before = {name: b.clone() for name, b in mattor.named_buffers()}

    _, _, after = step(mattor)

    assert all(torch.equal(before[name], after[name]) for name in before)
    norms = [m for m in mattor.modules() if isinstance(m, nn.BatchNorm2d)]
    assert all(norm.momentum == 0.1 for norm in norms)


def test_less_is_kept(build_mattor):
    def kept(mattor):
        sizes = {}

        def note(tensor):
            sizes[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        mattor.train()
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            output = mattor(torch.randn(2, 4, 128, 128))
        weights = {p.untyped_storage().data_ptr() for p in mattor.parameters()}
        del output
        return sum(size for pointer, size in sizes.items() if pointer not in weights)

    mattor = build_mattor()
    assert kept(switched_on(mattor)) < 0.6 * kept(mattor)


def test_without_gradients_it_is_a_plain_call(build_mattor):
    mattor = build_mattor()
    inputs = torch.randn(1, 4, 64, 64)
    with torch.no_grad():
        assert torch.equal(switched_on(mattor)(inputs), mattor(inputs))


class FailsTheSecondTime(nn.Sequential):
    calls = 0

    def forward(self, x):
        self.calls += 1
        if self.calls == 2:
            raise RuntimeError('broken')
        return super().forward(x) ** 2


def test_statistics_are_noted_again_after_an_error():
    part = FailsTheSecondTime(nn.BatchNorm2d(2))

    output = recomputed(part, torch.randn(2, 2, 4, 4, requires_grad=True))
    with pytest.raises(RuntimeError, match='broken'):
        output.sum().backward()

    assert part[0].momentum == 0.1
