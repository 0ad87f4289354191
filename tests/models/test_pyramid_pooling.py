import pytest
import torch

from lsmatting_plugin.models.pyramid_pooling import PyramidPooling


@pytest.mark.parametrize(
    ('in_channels', 'bins', 'out_channels'),
    [(8, (1, 2, 3, 6), 16), (9, (1, 2), 17), (4, (3,), 8)],
)
@pytest.mark.parametrize('size', [(5, 7), (1, 1)])
def test_output_has_the_input_s_size_and_out_channels(in_channels, bins, out_channels, size):
    pooling = PyramidPooling(in_channels, bins).eval()
    assert pooling.out_channels == out_channels
    assert pooling(torch.randn(1, in_channels, *size)).shape == (1, out_channels, *size)


def test_input_is_followed_by_its_means_over_the_cells_of_each_bin():
    pooling = PyramidPooling(2, bins=(1, 2)).eval()
    for branch in pooling.branches:  # hands channel 0 on as it is
        branch[1].conv.weight.data = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    x = torch.rand(1, 2, 4, 6)

    out = pooling(x)

    assert torch.equal(out[:, :2], x)
    mean = x[0, 0].mean().expand(4, 6)
    torch.testing.assert_close(out[0, 2], mean, rtol=1e-4, atol=0)
    corners = out[0, 3, ::3, ::5]
    quarters = x[0, 0].view(2, 2, 2, 3).mean(dim=(1, 3))
    torch.testing.assert_close(corners, quarters, rtol=1e-4, atol=0)
