import pytest
import torch
import torch.nn.functional as F

from lsmatting_plugin.models.fusion import ConcatFusion, FlowAlignedFusion, warp

SIZES = [((4, 6), (8, 12)), ((5, 3), (9, 6)), ((1, 1), (1, 1)), ((6, 5), (6, 5))]


def upsample(features, size):
    return F.interpolate(features, size=size, mode='bilinear', align_corners=False)


def constant_flow(size, right, down):
    return torch.tensor([right, down]).view(1, 2, 1, 1).expand(2, 2, *size)


@pytest.mark.parametrize(('coarse', 'fine'), SIZES)
class TestWarp:
    def test_zero_flow_is_bilinear_upsampling(self, coarse, fine):
        features = torch.randn(2, 3, *coarse)
        got = warp(features, constant_flow(fine, 0.0, 0.0))
        torch.testing.assert_close(got, upsample(features, fine), atol=1e-5, rtol=0)

    def test_two_half_pixels_shift_by_one_pixel(self, coarse, fine):
        features = torch.randn(2, 3, *coarse)
        still = upsample(features, fine)
        right = warp(features, constant_flow(fine, 2.0, 0.0))
        torch.testing.assert_close(right[..., :-1], still[..., 1:], atol=1e-5, rtol=0)
        down = warp(features, constant_flow(fine, 0.0, 2.0))
        torch.testing.assert_close(down[..., :-1, :], still[..., 1:, :], atol=1e-5, rtol=0)

    def test_beyond_the_border_the_border_goes_on(self, coarse, fine):
        features = torch.randn(2, 3, *coarse)
        got = warp(features, constant_flow(fine, 99.0, -99.0))
        corner = features[..., :1, -1:].expand_as(got)
        torch.testing.assert_close(got, corner, atol=1e-5, rtol=0)


def test_concat_fusion_puts_upsampled_features_behind_the_image():
    fusion = ConcatFusion(image_channels=4, channels=3)
    image, features = torch.randn(2, 4, 9, 7), torch.randn(2, 3, 5, 4)
    fused = fusion(image, features)
    assert fused.shape[1] == fusion.out_channels
    assert torch.equal(fused[:, :4], image)
    assert torch.equal(fused[:, 4:], upsample(features, (9, 7)))


class TestFlowAlignedFusion:
    @pytest.fixture
    def fusion(self):
        return FlowAlignedFusion(image_channels=4, channels=3, width=5)

    def test_shape_is_the_image_s_with_width_channels(self, fusion):
        fused = fusion(torch.randn(2, 4, 9, 7), torch.randn(2, 3, 5, 4))
        assert fused.shape == (2, fusion.out_channels, 9, 7) == (2, 5, 9, 7)

    def test_without_flow_it_fuses_bilinearly_upsampled_features(self, fusion):
        fusion.flow_conv.weight.data.zero_()
        image, features = torch.randn(2, 4, 9, 7), torch.randn(2, 3, 5, 4)
        upsampled = upsample(fusion.feature_conv(features), (9, 7))
        joined = torch.cat([upsampled, fusion.image_conv(image)], dim=1)
        expected = F.relu(fusion.fuse_conv(joined))
        torch.testing.assert_close(fusion(image, features), expected, atol=1e-5, rtol=0)

    def test_the_flow_learns(self, fusion):
        fusion(torch.randn(2, 4, 9, 7), torch.randn(2, 3, 5, 4)).sum().backward()
        assert fusion.flow_conv.weight.grad.abs().max() > 0
