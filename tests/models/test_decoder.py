import pytest
import torch

from lsmatting_plugin.models import LSADecoder
from lsmatting_plugin.models.decoder import AlphaHead, GatedConv, join

NARROW = dict(in_channels=(4, 5, 6, 7, 8), channels=(3, 4, 5, 6, 7), head_channels=4)
VARIANTS = [
    {},
    dict(fusion='flow_aligned'),
    dict(pyramid_bins=(1, 2, 3, 6)),
    dict(fusion='flow_aligned', pyramid_bins=(1, 2)),
]


@pytest.mark.parametrize(
    ('weight', 'bias', 'gate'),
    [
        (0.5, -1.0, 4 / 6),  # f = 2 x = (2, 6), of mean 4: ReLU6(0.5 * 4 - 1 + 3) / 6
        (0.0, 0.0, 3 / 6),
        (9.0, 0.0, 1.0),
        (-9.0, 0.0, 0.0),
    ],
)
def test_gate_scales_features_by_relu6_of_their_mean(weight, bias, gate):
    stage = GatedConv(1, 1).eval()
    stage.norm.eps = 0
    stage.conv.weight.data.zero_()
    stage.conv.weight.data[0, 0, 1, 1] = 2
    stage.gate.weight.data.fill_(weight)
    stage.gate.bias.data.fill_(bias)
    x = torch.tensor([1.0, 3.0]).view(1, 1, 1, 2)
    torch.testing.assert_close(stage(x), 2 * x * gate)
    assert not stage(-x).any()  # ReLU comes before the gate


def test_join_repeats_coarse_pixels_behind_the_skip():
    skip, coarse = torch.rand(1, 2, 3, 3), torch.tensor([[1.0, 2.0], [3.0, 4.0]])[None, None]
    joined = join(skip, coarse)
    assert torch.equal(joined[:, :2], skip)
    assert joined[0, 2].tolist() == [[1, 1, 2], [1, 1, 2], [3, 3, 4]]


@pytest.mark.parametrize('value', [-3.0, 7.0])
def test_head_does_not_clamp_alpha(value):
    head = AlphaHead(2, 3)
    head.conv3.weight.data.zero_()
    head.conv3.bias.data.fill_(value)
    assert (head(torch.randn(1, 2, 4, 5)) == value).all()


@pytest.mark.parametrize('variant', VARIANTS)
class TestVariants:
    @pytest.mark.parametrize('size', [(64, 96), (45, 67), (1, 1)])
    def test_alpha_has_the_image_s_size_and_every_parameter_learns(self, pyramid, variant, size):
        decoder = LSADecoder(**NARROW, **variant)
        alpha = decoder(torch.randn(2, 4, *size), pyramid(size, NARROW['in_channels']))
        assert alpha.shape == (2, 1, *size)
        alpha.sum().backward()
        assert all(parameter.grad.isfinite().all() for parameter in decoder.parameters())

    def test_layers_start_xavier_uniform(self, assert_xavier, variant):
        decoder = LSADecoder(**NARROW, **variant)
        decoder.init_weights()
        assert_xavier(decoder)


def test_image_channels_are_those_of_the_network_s_input(pyramid):
    decoder = LSADecoder(**NARROW, image_channels=6)
    features = pyramid((32, 32), NARROW['in_channels'])
    assert decoder(torch.randn(2, 6, 32, 32), features).shape == (2, 1, 32, 32)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(in_channels=(4, 5, 6, 7)), 'in_channels has 4'),
        (dict(channels=(3, 4)), 'channels 2'),
        (dict(fusion='sum'), "'concat', 'flow_aligned'.*'sum'"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LSADecoder(**{**NARROW, **arguments})


def test_an_untrained_decoder_may_give_a_channel_of_its_input():
    decoder = LSADecoder(**NARROW, image_channels=7, starts_from=4)
    decoder.init_weights()
    image = torch.rand(2, 7, 64, 64)
    features = tuple(
        torch.randn(2, channels, 64 >> i, 64 >> i)
        for i, channels in enumerate(NARROW['in_channels'], start=1)
    )
    raw = decoder(image, features)
    torch.testing.assert_close(raw, image[:, 4:5], rtol=0, atol=0)
    raw.square().sum().backward()
    assert decoder.head.conv3.weight.grad[0, 1:].any()  # it can learn corrections


@pytest.mark.parametrize(
    'options, error',
    [
        (dict(starts_from=4), 'starts_from must be a channel'),
        (dict(starts_from=3, fusion='flow_aligned'), "needs the fusion 'concat'"),
    ],
)
def test_starts_from_needs_a_channel_that_reaches_the_head(options, error):
    with pytest.raises(ValueError, match=error):
        LSADecoder(**NARROW, **options)
