import numpy as np
import pytest
import torch

from lsmatting_plugin.apis import AlphaEstimator, MattingInferencer
from lsmatting_plugin.apis import alpha_estimator as module
from lsmatting_plugin.apis.shipped import shipped_model
from lsmatting_plugin.registry import MODELS


@pytest.fixture
def network(tmp_path, make_tiny_model_cfg):
    """Files of a tiny network: config and checkpoint."""
    torch.manual_seed(0)
    (tmp_path / 'tiny.py').write_text(f'model = {make_tiny_model_cfg()!r}')
    torch.save(MODELS.build(make_tiny_model_cfg()).state_dict(), tmp_path / 'tiny.pth')
    return tmp_path / 'tiny.py', tmp_path / 'tiny.pth'


@pytest.fixture
def picture():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)
    trimap = np.full((60, 80), 128, np.uint8)
    trimap[:, :20], trimap[:, 60:] = 0, 255
    return image, trimap


def test_auto_takes_weights_that_are_given(network):
    assert AlphaEstimator('auto', *network, device='cpu').name == 'network tiny on cpu'


def test_auto_takes_weights_that_are_shipped():
    name = shipped_model().config.stem
    assert AlphaEstimator(device='cpu').name == f'network {name} on cpu'


def test_a_network_gives_the_inferencer_s_matte(network, picture):
    alpha = AlphaEstimator('auto', *network, device='cpu')(*picture)
    expected = MattingInferencer(*network, device='cpu')(*picture)['pred_alpha']
    np.testing.assert_allclose(alpha, expected, atol=1e-5)


@pytest.mark.parametrize('tta', ['flips+scales', None])
def test_what_is_known_is_exact(network, picture, tta):
    for estimate in (AlphaEstimator('auto', *network, device='cpu', tta=tta), AlphaEstimator()):
        alpha = estimate(*picture)
        assert alpha.dtype == np.float32
        assert (alpha[picture[1] == 255] == 1).all() and (alpha[picture[1] == 0] == 0).all()


def test_large_photos_are_seen_in_tiles_and_never_reduced(network, picture, monkeypatch):
    monkeypatch.setattr(module, 'TILE', 64)
    monkeypatch.setattr('lsmatting_plugin.apis.inferencer.PAPER_MAX_SIZE', 50)
    estimate = AlphaEstimator('auto', *network, device='cpu')
    whole = MattingInferencer(*network, device='cpu', max_size=None)
    np.testing.assert_allclose(estimate(*picture), whole(*picture)['pred_alpha'], atol=1e-4)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(method='magic'), "'closed-form', .* not 'magic'"),
        (dict(method='knn', tile=512), 'tile: for networks only, and the method here is knn'),
        (dict(method='knn', checkpoint='a.pth'), 'checkpoint: for networks only'),
        (dict(onnx='a.onnx', refine_steps=3), 'refine_steps, onnx: an exported network takes no'),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        AlphaEstimator(**options)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(method='closed-form', device='cuda'), 'closed-form computes on the CPU alone'),
        (dict(onnx='net.onnx', device='mps'), 'computes on cpu or cuda, not on mps'),
    ],
)
def test_a_device_that_cannot_be_taken_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        AlphaEstimator(**options)


def test_an_exported_network_computes_where_it_is_told_to(monkeypatch):
    asked = []

    class Exported:
        name = 'tiny'

        def __init__(self, path, providers, max_size):
            asked.append(providers)

    monkeypatch.setattr(module, 'OnnxInferencer', Exported)
    for device in ('auto', 'cpu', 'cuda:1'):
        AlphaEstimator(onnx='tiny.onnx', device=device)
    cuda = [('CUDAExecutionProvider', {'device_id': 1})]
    assert asked == [None, ['CPUExecutionProvider'], cuda]
