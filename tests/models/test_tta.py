"""Test-time augmentation against views made one by one with OpenCV."""

import cv2
import numpy as np
import pytest
import torch
from oracles.tta import average

from lsmatting_plugin.apis import MattingInferencer
from lsmatting_plugin.models import MattingPreprocessor, MattingTTA

SIZE = (41, 67)


@pytest.fixture
def preprocessor():
    return MattingPreprocessor()


@pytest.fixture
def photo():
    """A BGR image with smooth parts and noise, and a trimap."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (*SIZE, 3), np.uint8)
    image[:, 20:] = cv2.GaussianBlur(image, (0, 0), 4)[:, 20:]
    return image, rng.choice(np.array([0, 128, 255], np.uint8), SIZE)


def answer(image_rgb, trimap):
    """A matte that depends on place, colour and trimap, of (h, w, 3) and (h, w) in 0..255."""
    height, width = trimap.shape
    place = np.linspace(0, 0.2, height)[:, None] + np.linspace(0, 0.1, width)
    return (place + image_rgb @ [0.5, 0.1, 0.2] / 255 + trimap / 2550).clip(0, 1)


def network(preprocessor, seen=None):
    """The same of network inputs (N, 4, h, w)."""

    def predict(inputs):
        if seen is not None:
            seen.append(tuple(inputs.shape))
        images, trimaps = preprocessor.split(inputs)
        alphas = [
            answer(image.permute(1, 2, 0).numpy(), trimap[0].numpy())
            for image, trimap in zip(images, trimaps, strict=True)
        ]
        return torch.from_numpy(np.stack(alphas)).float()[:, None]

    return predict


def inputs_of(preprocessor, image, trimap):
    rgb = torch.from_numpy(image[..., ::-1].copy()).permute(2, 0, 1)[None].float()
    return preprocessor.join(rgb, torch.from_numpy(trimap)[None, None].float())


@pytest.mark.parametrize(
    'options',
    [
        dict(),
        dict(flips=False),
        dict(scales=(0.8, 1.0, 1.25)),
        dict(colours=True),
        dict(flips=False, colours=True, scales=(0.5,)),
    ],
)
def test_equals_views_made_one_by_one(preprocessor, photo, options):
    expected = average(answer, *photo, **options)
    inputs = inputs_of(preprocessor, *photo)
    alpha = MattingTTA(**options).average(network(preprocessor), inputs, preprocessor)
    # OpenCV's cubic resizing of 8-bit images may round to the other side.
    np.testing.assert_allclose(
        alpha[0, 0], expected, atol=2 / 255 if options.get('scales') else 1e-5
    )
    assert np.abs(alpha[0, 0].numpy() - expected).mean() < 1e-4


@pytest.mark.parametrize('batch', [1, 2])
def test_views_of_one_shape_share_a_batch_within_its_pixels(preprocessor, photo, batch):
    inputs = inputs_of(preprocessor, *photo).repeat(batch, 1, 1, 1)
    shapes = []
    tta = MattingTTA(batch_pixels=4 * SIZE[0] * SIZE[1])
    together = tta.average(network(preprocessor, shapes), inputs, preprocessor)
    height, width = SIZE
    calls = [(4, 4, height, width), (4, 4, width, height)]
    assert shapes == [call for call in calls for _ in range(batch)]
    apart = MattingTTA(batch_pixels=1).average(network(preprocessor), inputs, preprocessor)
    torch.testing.assert_close(together, apart, atol=1e-6, rtol=0)


def test_the_mean_of_a_constant_is_the_constant_at_any_size(preprocessor):
    inputs = torch.randn(1, 4, 1, 3)
    tta = MattingTTA(scales=(0.3, 2.0), colours=True)
    alpha = tta.average(lambda x: torch.full_like(x[:, :1], 0.25), inputs, preprocessor)
    torch.testing.assert_close(alpha, torch.full((1, 1, 1, 3), 0.25))


def test_cubic_overshoot_is_clamped(preprocessor):
    inputs = torch.zeros(1, 4, 16, 16)
    inputs[:, 3, :, 8:] = 1
    tta = MattingTTA(flips=False, scales=(0.5,))
    alpha = tta.average(lambda x: x[:, 3:], inputs, preprocessor)
    assert (alpha.min(), alpha.max()) == (0, 1)


@pytest.mark.parametrize('scales', [(), (1.0, 0.0)])
def test_scales_must_be_positive(scales):
    with pytest.raises(ValueError, match='positive'):
        MattingTTA(scales=scales)


def test_a_mattor_refines_each_view(build_mattor):
    mattor = build_mattor(
        tta=dict(type='MattingTTA'), refiner=dict(type='BackpropRefiner', steps=2)
    )
    steps = []
    mattor.refiner.on_step = lambda step, loss: steps.append(step)
    inputs = torch.randn(1, 4, 40, 56)
    inputs[:, 3] = 128 / 255
    inputs[:, 3, :10] = 1
    (sample,) = mattor.predict(inputs)
    assert len(steps) == 8
    assert (sample.output.pred_alpha[:10] == 1).all()


@pytest.mark.parametrize(
    ('name', 'tta', 'picture'),
    [
        ('flips', 'flips', 'image_bgr trimap'),
        ('flips_multiscale', 'flips+scales', 'image_bgr trimap'),
        ('small_permute', 'flips+colours', 'small_bgr small_trimap'),
    ],
)
def test_mattes_are_the_original_s(golden_dir, golden_checkpoint, configs_dir, name, tta, picture):
    config = configs_dir / 'lsm_r50_aim.py'
    inferencer = MattingInferencer(config, golden_checkpoint, device='cpu', tta=tta)
    with np.load(golden_dir / 'inference.npz') as arrays:
        alpha = inferencer(*(arrays[key] for key in picture.split()))['pred_alpha']
        # The original does not clamp what cubic resizing overshoots.
        np.testing.assert_allclose(alpha, arrays[name].clip(0, 1), atol=1e-3)
