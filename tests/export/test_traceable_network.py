import pytest
import torch
from torch import nn

from lsmatting_plugin.export.traceable_network import (
    PlainNetwork,
    TraceableAveragePool,
    TraceableFlowAlignedFusion,
    quiet_tracing,
    traceable,
)
from lsmatting_plugin.models.fusion import FlowAlignedFusion


class TestTraceableAveragePool:
    @pytest.mark.parametrize('cells', [1, 2, 3, 6, 7, (2, 5)])
    @pytest.mark.parametrize('size', [(1, 1), (2, 3), (6, 7), (13, 40), (997, 2)])
    def test_is_adaptive_average_pooling(self, cells, size):
        x = torch.randn(2, 3, *size)

        pooled = TraceableAveragePool(cells)(x)

        torch.testing.assert_close(pooled, nn.AdaptiveAvgPool2d(cells)(x), atol=1e-6, rtol=1e-5)

    def test_overlapping_cells(self):
        # Two cells on three pixels share the middle one.
        x = torch.tensor([1.0, 2.0, 6.0]).view(1, 1, 1, 3)
        assert TraceableAveragePool((1, 2))(x).flatten().tolist() == [1.5, 4.0]


class TestTraceableFlowAlignedFusion:
    @pytest.mark.parametrize('size', [(1, 1), (8, 6), (31, 64)])
    def test_is_flow_aligned_fusion(self, size):
        fusion = FlowAlignedFusion(4, 8)
        nn.init.normal_(fusion.flow_conv.weight, std=3)  # a flow that reaches beyond the border
        image, features = torch.randn(2, 4, *(2 * side for side in size)), torch.randn(2, 8, *size)

        fused = TraceableFlowAlignedFusion(fusion)(image, features)

        torch.testing.assert_close(fused, fusion(image, features), atol=1e-4, rtol=1e-4)


class TestTraceable:
    @pytest.mark.parametrize('variant', ['plain', 'aspp', 'ppm', 'fam', 'everything'])
    @pytest.mark.parametrize('size', [(32, 32), (96, 64)])
    def test_is_the_network(self, build_model, variant, size):
        model = build_model(variant)
        network = PlainNetwork(model)
        inputs = torch.randn(2, 4, *size)
        with torch.no_grad():
            expected = model.raw_alpha(inputs)
            torch.testing.assert_close(network(inputs), expected, atol=0, rtol=0)
            torch.testing.assert_close(traceable(network)(inputs), expected, atol=1e-5, rtol=1e-5)

    def test_has_no_batch_norm_and_no_layer_that_keeps_a_size(self, build_model):
        kinds = {
            type(module) for module in traceable(PlainNetwork(build_model('everything'))).modules()
        }
        assert not kinds & {nn.BatchNorm2d, nn.AdaptiveAvgPool2d, FlowAlignedFusion}

    def test_the_model_stays_as_it_is(self, build_model):
        model = build_model('everything').train()
        before = {key: value.clone() for key, value in model.state_dict().items()}
        layers = [type(module) for module in model.modules()]

        traceable(PlainNetwork(model))(torch.randn(1, 4, 64, 64))

        assert all(module.training for module in model.modules())
        assert all(parameter.requires_grad for parameter in model.parameters())
        assert [type(module) for module in model.modules()] == layers
        for key, value in model.state_dict().items():
            assert torch.equal(value, before[key]), key

    def test_half_precision_becomes_float32(self, build_model):
        network = PlainNetwork(build_model().half())
        assert {value.dtype for value in network.parameters()} == {torch.float32}


class KeepsSize(nn.Module):
    def forward(self, x):
        return x * float(x.shape[2])


def test_what_a_record_cannot_hold_is_refused():
    complaint = 'This network cannot be exported: Converting a tensor'
    with pytest.raises(ValueError, match=complaint), quiet_tracing():
        torch.jit.trace(KeepsSize(), torch.zeros(1, 1, 2, 2), check_trace=False)
