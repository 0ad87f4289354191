import pytest
import torch

from lsmatting_plugin.models import MattingPreprocessor
from lsmatting_plugin.structures import MattingDataSample


def flat(*values, size=(2, 3), dtype=torch.uint8):
    """An image of one colour, (C, H, W)."""
    return torch.tensor(values, dtype=dtype).view(-1, 1, 1).expand(-1, *size).clone()


def batch(*images, trimap=128, alpha=51, **metainfo):
    samples = []
    for image in images:
        size = image.shape[1:]
        sample = MattingDataSample(metainfo=metainfo)
        sample.trimap, sample.gt_alpha = flat(trimap, size=size), flat(alpha, size=size)
        samples.append(sample)
    return dict(inputs=list(images), data_samples=samples)


@pytest.mark.parametrize('dtype', [torch.uint8, torch.float32])
def test_bgr_becomes_normalised_rgb_with_the_trimap_fourth(dtype):
    out = MattingPreprocessor()(batch(flat(51, 102, 204, dtype=dtype), trimap=255))['inputs']
    expected = [(0.8 - 0.485) / 0.229, (0.4 - 0.456) / 0.224, (0.2 - 0.406) / 0.225, 1]
    assert out.dtype == torch.float32
    assert out.shape == (1, 4, 2, 3)
    assert out[0, :, 1, 2].tolist() == pytest.approx(expected, rel=1e-5)


def test_channel_order_mean_and_std_are_options():
    preprocessor = MattingPreprocessor(mean=(0, 0.4, 0), std=(1, 2, 0.5), bgr_to_rgb=False)
    out = preprocessor(batch(flat(51, 102, 204), trimap=51))['inputs']
    assert out[0, :, 0, 0].tolist() == pytest.approx([0.2, 0, 1.6, 0.2])


def test_zero_is_what_a_black_pixel_of_background_becomes():
    preprocessor = MattingPreprocessor()
    out = preprocessor(batch(flat(0, 0, 0, size=(1, 1)), trimap=0))['inputs']
    assert torch.equal(preprocessor.zero, out)


def test_images_are_stacked_in_order():
    images = [flat(0, 0, 255), flat(0, 255, 0), flat(255, 0, 0)]
    out = MattingPreprocessor()(batch(*images))['inputs']
    assert out[:, :3].mean(dim=(2, 3)).argmax(dim=1).tolist() == [0, 1, 2]


def test_training_scales_alpha_and_leaves_the_sample_as_it_came():
    data = batch(flat(1, 2, 3), merged_path='a.png')
    (given,) = data['data_samples']
    (scaled,) = MattingPreprocessor()(data, training=True)['data_samples']
    torch.testing.assert_close(scaled.gt_alpha, torch.full((1, 2, 3), 0.2))
    assert scaled.metainfo == given.metainfo
    assert torch.equal(scaled.trimap, given.trimap)
    assert torch.equal(given.gt_alpha, flat(51))


def test_testing_leaves_alpha_as_it_is_loaded():
    (sample,) = MattingPreprocessor()(batch(flat(1, 2, 3)))['data_samples']
    assert torch.equal(sample.gt_alpha, flat(51))


def test_statistics_are_no_part_of_a_checkpoint():
    assert not MattingPreprocessor().state_dict()


def test_images_of_different_sizes_are_refused():
    with pytest.raises(ValueError, match=r'\(2, 3\), \(4, 5\)'):
        MattingPreprocessor()(batch(flat(1, 2, 3), flat(1, 2, 3, size=(4, 5))))


@pytest.mark.parametrize(
    ('paths', 'message'),
    [
        (
            dict(merged_path='m/a.png', trimap_path='t/a.png'),
            r'm/a\.png .*\(4, 5\), t/a\.png .*\(2, 3\)',
        ),
        ({}, r'image .*\(4, 5\), trimap .*\(2, 3\)'),
    ],
)
def test_a_trimap_of_another_size_is_refused_by_name(paths, message):
    data = batch(flat(1, 2, 3, size=(4, 5)), **paths)
    data['data_samples'][0].trimap = flat(128)
    with pytest.raises(ValueError, match=message):
        MattingPreprocessor()(data)


def test_a_guide_is_drawn_where_the_sample_brings_none():
    image = flat(200, 80, 40, size=(16, 16))
    image[:, :, 8:] = flat(30, 60, 190, size=(16, 8))
    data = batch(image)
    trimap = data['data_samples'][0].trimap
    trimap[..., :4], trimap[..., 12:] = 255, 0
    preprocessor = MattingPreprocessor(guide='sampling')
    inputs = preprocessor(data)['inputs']
    assert inputs.shape == (1, 7, 16, 16)
    expected = (torch.arange(16) < 8).float().expand(16, 16)
    torch.testing.assert_close(inputs[0, 4], expected, rtol=0, atol=0.02)
    assert preprocessor.zero.shape == (1, 7, 1, 1)

    data['data_samples'][0].guide = flat(51, 102, 204, size=(16, 16))
    inputs = preprocessor(data)['inputs']
    assert inputs[0, 4:, 3, 3].tolist() == pytest.approx([0.2, 0.4, 0.8])


def test_an_unknown_guide_is_an_error():
    with pytest.raises(ValueError, match='guide must be None or one of'):
        MattingPreprocessor(guide='magic')
