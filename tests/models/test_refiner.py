"""Backpropagating refinement against the plain formulation and the original's outputs."""

import numpy as np
import pytest
import torch
from oracles.refine import refine as oracle
from oracles.weights import stir

from lsmatting_plugin.apis import MattingInferencer, init_model
from lsmatting_plugin.models import BackpropRefiner, PredictionNetwork


@pytest.fixture
def network_of():
    return lambda mattor: PredictionNetwork(mattor.encoder, mattor.skip, mattor.decoder)


@pytest.fixture
def mattor(build_mattor):
    return stir(build_mattor())


def inputs_with(trimap, batch=1):
    """Noise with a trimap of (H, W)."""
    return torch.cat([torch.randn(batch, 3, *trimap.shape), trimap.expand(batch, 1, -1, -1)], dim=1)


@pytest.fixture(params=['inside', 'at the border'])
def trimap(request):
    trimap = torch.zeros(96, 160)
    if request.param == 'inside':
        trimap[30:80, 40:120] = 128 / 255
        trimap[45:60, 60:90] = 1
    else:
        trimap[:50] = 128 / 255
        trimap[:, 120:] = 1
    return trimap


def test_equals_the_plain_formulation(mattor, network_of, trimap):
    inputs = inputs_with(trimap)
    log, losses = [], []
    expected = oracle(mattor, inputs, steps=8, lr=500, log=log)
    refiner = BackpropRefiner(8, lr=500)
    refiner.on_step = lambda step, loss: losses.append([value.item() for value in loss])
    refined = refiner.refine(network_of(mattor), inputs)
    assert (expected - oracle(mattor, inputs, steps=1)).abs().max() > 1e-3  # it did something
    torch.testing.assert_close(refined, expected, atol=1e-4, rtol=0)
    np.testing.assert_allclose(losses, log[:-1], atol=1e-5)


def test_one_step_is_the_plain_network(mattor, network_of, trimap):
    inputs = inputs_with(trimap)
    refined = BackpropRefiner(1).refine(network_of(mattor), inputs)
    with torch.no_grad():
        torch.testing.assert_close(refined, mattor(inputs).clamp(0, 1), atol=1e-5, rtol=0)


def test_each_image_of_a_batch_is_refined_as_if_alone(mattor, network_of, trimap):
    inputs = inputs_with(trimap, batch=2)
    network, refiner = network_of(mattor), BackpropRefiner(4)
    alone = torch.cat([refiner.refine(network, image) for image in inputs.split(1)])
    torch.testing.assert_close(refiner.refine(network, inputs), alone, atol=1e-6, rtol=0)


@pytest.mark.parametrize('value', [0, 128 / 255, 1])
def test_without_an_edge_the_plain_result_comes_back(mattor, network_of, value):
    inputs = inputs_with(torch.full((64, 64), value))
    refined = BackpropRefiner(5).refine(network_of(mattor), inputs)
    with torch.no_grad():
        torch.testing.assert_close(refined, mattor(inputs).clamp(0, 1), atol=1e-5, rtol=0)


@pytest.mark.parametrize('mode', [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_model_and_grad_mode_stay_untouched(mattor, trimap, mode):
    before = {key: value.clone() for key, value in mattor.state_dict().items()}
    mattor.refiner = BackpropRefiner(3)
    with mode():
        enabled = torch.is_grad_enabled()
        (sample,) = mattor.predict(inputs_with(trimap))
        assert torch.is_grad_enabled() == enabled
    assert sample.output.pred_alpha.isfinite().all()
    assert all(torch.equal(value, before[key]) for key, value in mattor.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in mattor.parameters())


def test_config_builds_it_and_steps_are_checked(build_mattor):
    refiner = build_mattor(refiner=dict(type='BackpropRefiner', steps=7)).refiner
    assert (refiner.steps, refiner.lr, refiner.preserve_weight) == (7, 20.0, 0.1)
    with pytest.raises(ValueError, match='at least 1 step'):
        BackpropRefiner(0)


def test_a_fusion_with_unknown_reach_is_refused(build_mattor, network_of):
    mattor = build_mattor(decoder=dict(fusion='flow_aligned'))
    with pytest.raises(ValueError, match='concat'):
        BackpropRefiner(2).refine(network_of(mattor), torch.zeros(1, 4, 64, 64))


def test_golden_refinement(golden_dir, golden_checkpoint, configs_dir, network_of):
    with np.load(golden_dir / 'refine.npz') as golden:
        golden = dict(golden)
    model = init_model(configs_dir / 'lsm_r50_aim_refine.py', golden_checkpoint, device='cpu')
    losses = []
    refiner = BackpropRefiner(int(golden['steps']))
    refiner.on_step = lambda step, loss: losses.append([part.item() for part in loss])
    alpha = refiner.refine(network_of(model), torch.from_numpy(golden['input']))
    np.testing.assert_allclose(alpha, golden['alpha'], atol=1e-4)
    logged = [losses[step] for step in golden['logged_step']]
    np.testing.assert_allclose(logged, golden['logged_total_edge_preserve'], atol=1e-5)


def test_inferencer_refines_on_request(golden_checkpoint, configs_dir):
    inferencer = MattingInferencer(
        configs_dir / 'lsm_r50_aim.py', golden_checkpoint, device='cpu', refine_steps=3
    )
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    trimap = np.full((40, 50), 128, np.uint8)
    trimap[:, :15], trimap[:, 35:] = 0, 255
    refined = inferencer(image, trimap)['pred_alpha']
    inferencer.model.refiner = None
    plain = inferencer(image, trimap)['pred_alpha']
    assert refined.shape == plain.shape
    assert 0 < np.abs(refined - plain).max() < 1


def test_early_stop_ends_when_a_step_changes_little(mattor, network_of, trimap):
    inputs, steps = inputs_with(trimap), []
    refiner = BackpropRefiner(50, lr=1e-3, tolerance=0.01)
    refiner.on_step = lambda step, loss: steps.append(loss.total.item())
    refiner.refine(network_of(mattor), inputs)
    assert len(steps) == 2  # the first pair of losses is near enough
    steps.clear()
    refiner.tolerance = 0
    refiner.refine(network_of(mattor), inputs)
    assert len(steps) == 49
    with pytest.raises(ValueError, match='tolerance must not be negative'):
        BackpropRefiner(2, tolerance=-1)


def test_progress_is_shown_on_request_only(mattor, network_of, trimap, capsys):
    inputs = inputs_with(trimap)
    BackpropRefiner(3).refine(network_of(mattor), inputs)
    assert capsys.readouterr().err == ''
    BackpropRefiner(3, progress=True).refine(network_of(mattor), inputs)
    shown = capsys.readouterr().err
    assert 'refining: edge 0.' in shown
    assert '2/2' in shown


def test_frames_of_other_sides_are_refused_in_words(build_mattor):
    mattor = build_mattor(
        refiner=dict(type='BackpropRefiner', steps=2),
        test_cfg=dict(size_divisor=1, reflect_margin=0, zero_margin=0),
    )
    inputs = torch.zeros(1, 4, 33, 47)
    inputs[:, 3] = 128 / 255
    with pytest.raises(ValueError, match=r'multiples of 32, not \(33, 47\): see size_divisor'):
        mattor.predict(inputs)
