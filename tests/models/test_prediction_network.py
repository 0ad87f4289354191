"""The network arranged for prediction gives what the plain one gives."""

import pytest
import torch
import torch.nn.functional as F
from oracles.weights import stir

from lsmatting_plugin.models import PredictionNetwork
from lsmatting_plugin.models.partial_head import cover
from lsmatting_plugin.models.upsampled_conv import UpsampledConv


@pytest.mark.parametrize('size', [(64, 96), (160, 64)])
@pytest.mark.parametrize('decoder', [{}, dict(fusion='flow_aligned'), dict(pyramid_bins=(1, 2))])
def test_equals_the_plain_network(build_mattor, decoder, size):
    mattor = build_mattor(decoder=decoder)
    network = PredictionNetwork(mattor.encoder, mattor.skip, mattor.decoder)
    inputs = torch.randn(2, 4, *size)
    with torch.no_grad():
        features = network.decode(network.encode(inputs))
        raw = network.raw_alpha(inputs, features, None)
        torch.testing.assert_close(raw, mattor(inputs), atol=1e-4, rtol=1e-4)


def test_alpha_is_the_same_where_it_is_wanted(build_mattor):
    mattor = build_mattor()
    network = PredictionNetwork(mattor.encoder, mattor.skip, mattor.decoder)
    inputs = torch.randn(1, 4, 192, 256)
    is_wanted = torch.zeros(1, 1, 192, 256, dtype=torch.bool)
    for y, x in ((0, 0), (3, 100), (90, 131), (91, 133), (191, 255), (60, 253)):
        is_wanted[..., y, x] = True
    with torch.no_grad():
        features = network.decode(network.encode(inputs))
        part = network.raw_alpha(inputs, features, is_wanted)
        expected = mattor(inputs)
    torch.testing.assert_close(part[is_wanted], expected[is_wanted], atol=1e-4, rtol=1e-4)
    assert (part == 0).float().mean() > 0.5


@pytest.mark.parametrize('share', [0, 0.001, 0.1, 1])
def test_rectangles_are_disjoint_even_and_hold_what_is_wanted(share):
    is_wanted = torch.rand(150, 210) < share
    count = torch.zeros_like(is_wanted, dtype=torch.int)
    for rectangle in cover(is_wanted):
        assert all(edge % 2 == 0 for edge in rectangle)
        rectangle.of(count).add_(1)
    assert count.max() <= 1
    assert (count[is_wanted] == 1).all()
    assert (count.sum() == 0) == (not is_wanted.any())


@pytest.mark.parametrize('size', [(8, 6), (200, 3)])
def test_upsampled_conv_equals_upsampling_then_convolution(size):
    weight, x = torch.randn(5, 3, 3, 3), torch.randn(2, 3, *size, requires_grad=True)
    base = torch.randn(2, 5, 2 * size[0], 2 * size[1])
    plain = base + F.conv2d(F.interpolate(x, scale_factor=2, mode='nearest'), weight, padding=1)
    fast = UpsampledConv(weight).add(base, x)
    torch.testing.assert_close(fast, plain, atol=1e-4, rtol=1e-4)
    seen = torch.randn_like(base)
    gradients = [torch.autograd.grad(y, x, seen)[0] for y in (fast, plain)]
    torch.testing.assert_close(*gradients, atol=1e-4, rtol=1e-4)
    with torch.no_grad():
        torch.testing.assert_close(
            UpsampledConv(weight).add(base.clone(), x), plain, atol=1e-4, rtol=1e-4
        )


def test_upsampled_conv_meets_odd_sizes():
    weight, x, base = torch.randn(5, 3, 3, 3), torch.randn(1, 3, 4, 4), torch.randn(1, 5, 7, 7)
    plain = base + F.conv2d(F.interpolate(x, size=(7, 7), mode='nearest'), weight, padding=1)
    torch.testing.assert_close(UpsampledConv(weight).add(base, x), plain)


@torch.no_grad()
def test_a_low_precision_encoder_is_near(build_mattor):
    mattor = stir(build_mattor())
    inputs = torch.randn(1, 4, 96, 96)
    plain = mattor(inputs)
    low = PredictionNetwork(mattor.encoder, mattor.skip, mattor.decoder, dtype=torch.bfloat16)
    raw = low(inputs)
    assert raw.dtype == torch.float32
    assert low.encode(inputs).maps[0].dtype == torch.float32
    assert 0 < (raw - plain).abs().max() < 0.2 * plain.std()


@torch.no_grad()
def test_the_encoder_is_compiled_on_request(build_mattor, monkeypatch):
    mattor = build_mattor()
    compiled = []
    monkeypatch.setattr(torch, 'compile', lambda module: compiled.append(module) or module)
    PredictionNetwork(mattor.encoder, mattor.skip, mattor.decoder)
    assert compiled == []
    network = PredictionNetwork(mattor.encoder, mattor.skip, mattor.decoder, compiles=True)
    assert compiled == [network.encoder]


class TestInTheMattor:
    """The mattor keeps the network for prediction as long as its own weights stay."""

    @pytest.fixture
    def mattor(self, build_mattor):
        return stir(build_mattor())

    @pytest.fixture
    def inputs(self):
        inputs = torch.randn(1, 4, 40, 72)
        inputs[:, 3] = 128 / 255
        return inputs

    def test_it_serves_image_after_image(self, mattor, inputs):
        network = mattor.prediction_network()
        mattor.predict(inputs)
        assert mattor.prediction_network() is network

    @pytest.mark.parametrize(
        'change',
        [
            lambda m: torch.nn.init.constant_(m.decoder.head.conv3.bias, 9),
            lambda m: m.load_state_dict({k: v * 0 + 9 for k, v in m.state_dict().items()}),
            lambda m: m.decoder.stage1.norm.running_mean.add_(1),
            lambda m: m.double().float(),
            # As mmengine's EMAHook swaps weights before it validates, unseen by version counters.
            lambda m: (m.decoder.head.conv3.bias.data.fill_(9), m.eval()),
        ],
    )
    @torch.no_grad()
    def test_other_weights_predict_anew(self, mattor, inputs, change):
        network = mattor.prediction_network()
        change(mattor)
        assert mattor.prediction_network() is not network
        (sample,) = mattor.predict(inputs)
        framed_alpha = mattor.eval().predict(inputs)[0].output.pred_alpha
        assert torch.equal(sample.output.pred_alpha, framed_alpha)

    def test_training_holds_no_second_network(self, mattor):
        mattor.prediction_network()
        mattor.train()
        assert mattor._prediction_network is None

    def test_it_is_no_part_of_a_checkpoint(self, mattor):
        before = list(mattor.state_dict())
        mattor.prediction_network()
        assert list(mattor.state_dict()) == before

    def test_a_model_made_in_inference_mode_predicts(self, build_mattor, inputs):
        with torch.inference_mode():
            mattor = build_mattor()
            (sample,) = mattor.predict(inputs)
        assert sample.output.pred_alpha.shape == (40, 72)

    def test_options_of_the_config_arrive(self, build_mattor):
        mattor = build_mattor(test_cfg=dict(dtype='bfloat16', tile=256))
        network = mattor.prediction_network()
        assert (network.dtype, network.tile) == (torch.bfloat16, 256)

    def test_other_options_predict_anew(self, mattor):
        network = mattor.prediction_network()
        mattor.test_cfg['tile'] = 128
        assert mattor.prediction_network() is not network
        assert mattor.prediction_network().tile == 128

    @pytest.mark.parametrize('value', [0, 1])
    def test_nothing_is_computed_where_all_is_known(self, mattor, inputs, value):
        inputs[:, 3] = value
        mattor.prediction_network = lambda: pytest.fail('the network was run')
        (sample,) = mattor.predict(inputs)
        assert (sample.output.pred_alpha == value).all()
