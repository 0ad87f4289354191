import pytest
import torch

from lsmatting_plugin.models import ASPPSkip, IdentitySkip
from lsmatting_plugin.models.skip import ASPP

CHANNELS = (2, 3, 4, 5, 6)


def test_identity_hands_on_the_features_themselves(pyramid):
    skip, features = IdentitySkip(CHANNELS), pyramid((32, 32), CHANNELS)
    assert skip.out_channels == CHANNELS
    assert all(a is b for a, b in zip(skip(features), features, strict=True))
    assert not list(skip.parameters())


class TestASPPSkip:
    @pytest.mark.parametrize('size', [(64, 96), (45, 67), (1, 1)])
    def test_keeps_shapes_and_lets_gradients_through(self, pyramid, size):
        skip, features = ASPPSkip(CHANNELS), pyramid(size, CHANNELS)
        seen = skip(features)
        assert skip.out_channels == CHANNELS
        assert [x.shape for x in seen] == [x.shape for x in features]
        sum(x.sum() for x in seen).backward()
        assert all(p.grad.isfinite().all() for p in skip.parameters())

    def test_fine_stages_pass_as_they_are_and_rates_are_the_original_s_by_default(self, pyramid):
        skip, features = ASPPSkip(CHANNELS), pyramid((32, 32), CHANNELS)
        assert all(a is b for a, b in zip(skip(features)[:2], features[:2], strict=True))
        rates = [[conv.conv.dilation[0] for conv in stage.atrous] for stage in skip.stages[2:]]
        assert rates == [[12, 24, 36], [6, 12, 18], [3, 6, 9]]

    def test_rates_select_the_stages(self, pyramid):
        skip, features = ASPPSkip(CHANNELS, rates={4: (1, 2)}), pyramid((32, 32), CHANNELS)
        is_same = [a is b for a, b in zip(skip(features), features, strict=True)]
        assert is_same == [True, True, True, False, True]

    def test_starts_xavier_uniform(self, assert_xavier):
        skip = ASPPSkip((16, 16, 16, 16, 16))
        skip.init_weights()
        assert_xavier(skip)


class TestASPP:
    def test_drops_out_in_training_only(self):
        aspp, x = ASPP(4, rates=(1, 2), dropout=1.0), torch.randn(2, 4, 5, 6)
        assert not aspp(x).any()
        aspp.eval()
        assert aspp(x).any()

    def test_every_pixel_sees_the_whole_image(self):
        aspp = ASPP(4, rates=(1,), dropout=0.0).eval()
        x = torch.rand(1, 4, 1, 9, requires_grad=True)
        aspp(x)[..., 0].sum().backward()
        assert x.grad.abs().sum(dim=1).min() > 0
