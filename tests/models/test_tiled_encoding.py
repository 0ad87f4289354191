"""Mattes by tiles are those of the whole image."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from oracles.weights import stir

from lsmatting_plugin.apis import MattingInferencer
from lsmatting_plugin.models import BackpropRefiner, PredictionNetwork
from lsmatting_plugin.models.tiled_encoding import choose_tiles, encode_tiles, grid


@pytest.fixture
def network_of(build_mattor):
    """Factory of prediction networks of one mattor."""
    mattor = stir(build_mattor())

    def build(**options):
        return PredictionNetwork(mattor.encoder, mattor.skip, mattor.decoder, **options)

    return build


@pytest.fixture
def inputs():
    # Smooth, as a photograph is at two scales, and so that a part is not like the whole.
    inputs = F.interpolate(torch.randn(1, 4, 56, 80), scale_factor=8, mode='bicubic')
    inputs[..., 200:] *= 3
    inputs[:, 3] = 128 / 255
    return inputs


def in_corner(inputs):
    """Where alpha is wanted: a square near one corner."""
    is_wanted = torch.zeros_like(inputs[:, 3:], dtype=torch.bool)
    is_wanted[..., 20:100, 30:110] = True
    return is_wanted


@pytest.mark.parametrize(
    ('height', 'width', 'side'), [(64, 64, 64), (448, 640, 130), (101, 33, 64)]
)
def test_tiles_are_even_and_make_up_the_image(height, width, side):
    count = torch.zeros(height, width, dtype=torch.int)
    for tile in grid(height, width, side):
        assert max(tile.bottom - tile.top, tile.right - tile.left) <= side
        assert tile.top % 32 == tile.left % 32 == 0
        tile.of(count).add_(1)
    assert (count == 1).all()


@torch.no_grad()
@pytest.mark.parametrize('side', [64, 200])
def test_equals_the_whole(network_of, inputs, side):
    whole, tiled = network_of()(inputs), network_of(tile=side)(inputs)
    assert whole.std() > 0.01
    torch.testing.assert_close(tiled, whole, atol=1e-4, rtol=0)


@torch.no_grad()
def test_equals_the_whole_where_sides_are_no_multiples_of_the_stride(network_of, inputs):
    inputs = inputs[..., :390, :325]
    torch.testing.assert_close(
        network_of(tile=128)(inputs), network_of()(inputs), atol=1e-4, rtol=0
    )


@torch.no_grad()
def test_tiles_out_of_reach_are_left_out(network_of, inputs):
    is_wanted = in_corner(inputs)
    network = network_of(tile=128)
    encoder, shapes = network.encoder, []
    network.encoder = lambda x: shapes.append(tuple(x.shape[2:])) or encoder(x)
    alpha = network(inputs, is_wanted)

    # Two tiles with what lies round them, and for the gates the image at two thirds.
    tiles, is_left_out = choose_tiles(448, 640, 128, is_wanted)
    assert len(tiles) < len(grid(448, 640, 128)) / 4
    assert not (is_left_out & is_wanted).any()
    assert len(shapes) == len(tiles) + len(grid(288, 416, 128))
    whole = network_of()(inputs)
    difference = (alpha - whole).abs()[is_wanted].max()
    assert difference < 2 / 255
    assert difference < 0.05 * whole[is_wanted].std()


@torch.no_grad()
def test_gates_without_the_survey_would_be_wrong(network_of, inputs):
    is_wanted = in_corner(inputs)
    network, whole = network_of(tile=128), network_of()(inputs)
    with_survey = (network(inputs, is_wanted) - whole).abs()[is_wanted].mean()
    network._survey = lambda *_: [0.0] * 5
    without = (network(inputs, is_wanted) - whole).abs()[is_wanted].mean()
    assert with_survey < without / 5


@torch.no_grad()
def test_no_tile_is_left_out_where_that_saves_nothing(inputs):
    is_wanted = torch.zeros_like(inputs[:, 3:], dtype=torch.bool)
    assert choose_tiles(448, 640, 128, is_wanted)[1] is None  # nothing wanted at all
    is_wanted[..., :200, :] = True
    assert choose_tiles(448, 640, 128, is_wanted)[1] is None


def test_maps_hold_minus_infinity_where_there_is_no_tile():
    inputs = torch.zeros(1, 4, 64, 256)
    maps = encode_tiles(
        lambda x: [x[..., :: 2**i, :: 2**i] for i in range(1, 6)], inputs, grid(64, 64, 64)
    )
    for number, values in enumerate(maps, start=1):
        assert values.shape == (1, 4, 64 // 2**number, 256 // 2**number)
        assert (values[..., : 64 // 2**number] == 0).all()
        assert (values[..., 64 // 2**number :] == -torch.inf).all()


def test_refinement_is_that_of_the_whole(network_of, inputs):
    inputs = inputs[..., :320, :320]
    inputs[:, 3, :120] = 0
    inputs[:, 3, :, 200:] = 1
    whole, tiled = (
        BackpropRefiner(4, lr=500).refine(network_of(**options), inputs)
        for options in (dict(), dict(tile=128))
    )
    plain = BackpropRefiner(1).refine(network_of(), inputs)
    assert (whole - plain).abs().max() > 1e-3
    torch.testing.assert_close(tiled, whole, atol=1e-4, rtol=0)


def test_refinement_works_with_tiles_left_out(network_of, inputs):
    inputs[:, 3] = 0
    inputs[:, 3, 20:100, 30:110] = 128 / 255
    is_wanted = in_corner(inputs)
    whole, tiled = (
        BackpropRefiner(3, lr=100).refine(network_of(**options), inputs, is_wanted)
        for options in (dict(), dict(tile=128))
    )
    assert (tiled - whole).abs()[is_wanted].max() < 4 / 255


@pytest.mark.parametrize(
    'arguments', [dict(skip=dict(type='ASPPSkip')), dict(decoder=dict(pyramid_bins=(1, 2)))]
)
def test_networks_that_look_at_all_of_an_image_are_refused(build_mattor, arguments):
    with pytest.raises(ValueError, match='without ASPPSkip and without pyramid_bins'):
        build_mattor(**arguments, test_cfg=dict(tile=64))


def test_a_mattor_predicts_a_batch_by_tiles(build_mattor, inputs):
    mattor = stir(build_mattor())
    inputs = torch.cat([inputs, inputs.flip(3)])
    whole = mattor.alpha(inputs)
    mattor.test_cfg['tile'] = 128
    torch.testing.assert_close(mattor.alpha(inputs), whole, atol=1e-4, rtol=0)


@pytest.fixture(scope='module')
def photos(shared_dir):
    """Ten photographs of shared/data, long side 400 px, with trimaps; half of them mostly known."""
    pairs = []
    for number, folder in enumerate(sorted((shared_dir / 'data/samples_pseudo').iterdir())[:10]):
        image = cv2.imread(str(folder / 'image.jpg'))
        alpha = cv2.imread(str(folder / 'alpha.png'), cv2.IMREAD_GRAYSCALE)
        scale = 400 / max(alpha.shape)
        image, alpha = (
            cv2.resize(x, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            for x in (image, alpha)
        )
        is_soft = ((alpha > 5) & (alpha < 250)).astype(np.uint8)
        is_unknown = cv2.dilate(is_soft, np.ones((15, 15))) > 0
        if number % 2:  # so that tiles are left out
            first = is_unknown.any(axis=0).argmax()
            is_unknown[:, first + alpha.shape[1] // 8 :] = False
        trimap = np.where(alpha > 127, 255, 0).astype(np.uint8)
        trimap[is_unknown] = 128
        pairs.append((image, trimap))
    return pairs


@pytest.mark.slow
def test_photographs_have_the_same_matte_by_tiles(photos, golden_checkpoint, configs_dir):
    config = configs_dir / 'lsm_r50_aim.py'
    whole = MattingInferencer(config, golden_checkpoint, device='cpu')
    tiled = MattingInferencer(config, golden_checkpoint, device='cpu', tile=128)
    for image, trimap in photos:
        is_unknown = trimap == 128
        mattes = [inferencer(image, trimap)['pred_alpha'] for inferencer in (whole, tiled)]
        difference = np.abs(mattes[0] - mattes[1])[is_unknown] * 255
        assert difference.size
        assert difference.mean() < 1
        assert np.quantile(difference, 0.999) < 8
