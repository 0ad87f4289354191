import copy

import pytest
import torch
from mmengine.optim import DefaultOptimWrapperConstructor, OptimWrapper
from torch import nn

from lsmatting_plugin.engine import AutocastOptimWrapper, GroupedOptimWrapperConstructor
from lsmatting_plugin.registry import MODELS

PARAMWISE = dict(custom_keys={'norm': dict(decay_mult=0.1), 'bn': dict(decay_mult=0.1)})


@pytest.fixture
def model(make_tiny_model_cfg):
    torch.manual_seed(0)
    return MODELS.build(make_tiny_model_cfg()).train()


def build(kind, model, paramwise=PARAMWISE, **optimizer):
    cfg = dict(type='OptimWrapper', optimizer=dict(dict(type='Adam', lr=1e-3), **optimizer))
    return kind(cfg, paramwise)(model)


class TestGroups:
    def test_one_for_each_setting(self, model):
        wrapper = build(GroupedOptimWrapperConstructor, model, weight_decay=1e-4)
        groups = wrapper.optimizer.param_groups

        assert sorted(group['weight_decay'] for group in groups) == pytest.approx([1e-5, 1e-4])
        assert {group['lr'] for group in groups} == {1e-3}

    def test_hold_what_mmengine_s_groups_hold(self, model):
        def settings(kind):
            names = {id(p): name for name, p in model.named_parameters()}
            optimizer = build(kind, model, weight_decay=1e-4).optimizer
            found = [
                (names[id(p)], group['lr'], group['weight_decay'])
                for group in optimizer.param_groups
                for p in group['params']
            ]
            return sorted(found)

        grouped = settings(GroupedOptimWrapperConstructor)
        assert grouped == settings(DefaultOptimWrapperConstructor)
        assert len(grouped) == len(list(model.parameters()))

    def test_settings_may_be_lists(self):
        model = nn.ModuleDict({name: nn.Linear(2, 2) for name in ('first', 'second', 'third')})
        betas = dict(custom_keys={name: dict(betas=[0.5, 0.9]) for name in ('first', 'second')})

        groups = build(GroupedOptimWrapperConstructor, model, betas).optimizer.param_groups

        assert sorted(len(group['params']) for group in groups) == [2, 4]

    def test_steps_are_the_same(self, model):
        inputs = torch.randn(2, 4, 64, 64)
        results = []
        for kind in (DefaultOptimWrapperConstructor, GroupedOptimWrapperConstructor):
            network = copy.deepcopy(model)
            wrapper = build(kind, network, weight_decay=1e-2, fused=True)
            for _ in range(3):
                wrapper.update_params((network(inputs) ** 2).mean())
            results.append(network.state_dict())

        for name, value in results[0].items():
            torch.testing.assert_close(results[1][name], value, rtol=1e-4, atol=1e-6)


class TestAutocast:
    def optimizer(self, model):
        return torch.optim.Adam(model.parameters(), lr=1e-3)

    def test_convolves_in_bfloat16_and_ends_in_float32(self, model):
        wrapper = AutocastOptimWrapper(optimizer=self.optimizer(model))
        kinds = {}
        for name in ('encoder.layer1', 'decoder.stage1', 'decoder.head'):
            layer = model.get_submodule(name)
            layer.register_forward_hook(
                lambda module, args, output, name=name: kinds.update({name: output.dtype})
            )

        with wrapper.optim_context(model):
            raw = model(torch.randn(2, 4, 64, 64))
        wrapper.backward(raw.mean())

        assert kinds['encoder.layer1'] == kinds['decoder.stage1'] == torch.bfloat16
        assert kinds['decoder.head'] == torch.float32  # alpha has finer steps than 1/256
        assert {p.dtype for p in model.parameters()} == {torch.float32}
        assert {p.grad.dtype for p in model.parameters()} == {torch.float32}

    def test_learns_as_float32_does(self, model):
        inputs = torch.randn(2, 4, 64, 64)
        target = (inputs[:, 3:] > 0).float()

        def losses(kind):
            network = copy.deepcopy(model)
            wrapper = kind(optimizer=self.optimizer(network))
            curve = []
            for _ in range(8):
                with wrapper.optim_context(network):
                    loss = (network(inputs) - target).abs().mean()
                wrapper.update_params(loss)
                curve.append(loss.item())
            return curve

        plain, mixed = losses(OptimWrapper), losses(AutocastOptimWrapper)
        assert plain[-1] < plain[0]
        assert mixed == pytest.approx(plain, abs=2e-2)
        assert mixed != plain

    def test_accumulates(self, model):
        wrapper = AutocastOptimWrapper(optimizer=self.optimizer(model), accumulative_counts=2)
        weight = model.decoder.head.conv3.weight
        before = weight.detach().clone()
        inputs = torch.randn(2, 4, 64, 64)

        moved = []
        wrapper.initialize_count_status(model, 0, 4)
        for _ in range(4):
            with wrapper.optim_context(model):
                loss = model(inputs).mean()
            wrapper.update_params(loss)
            moved.append(not torch.equal(weight, before))
            before = weight.detach().clone()

        assert moved == [False, True, False, True]
