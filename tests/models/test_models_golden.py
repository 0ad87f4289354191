"""The paper's network against outputs of the original implementation (shared/golden)."""

import copy
import json

import numpy as np
import pytest
import torch

from lsmatting_plugin.apis import MattingInferencer, init_model
from lsmatting_plugin.datasets.transforms import Composite, PackMattingInputs
from lsmatting_plugin.models import MultiScaleAlphaLoss, from_official


@pytest.fixture(scope='module')
def config(configs_dir):
    return configs_dir / 'lsm_r50_aim.py'


@pytest.fixture
def golden(golden_dir):
    """Function that reads a golden file: arrays by name."""

    def read(name):
        with np.load(golden_dir / name) as arrays:
            return dict(arrays)

    return read


@pytest.fixture(scope='module')
def inferencer(config, golden_checkpoint):
    return MattingInferencer(config, golden_checkpoint, device='cpu')


@pytest.fixture(scope='module')
def network(inferencer):
    """The paper's network with the golden weights, in evaluation mode."""
    return inferencer.model


def packed(images):
    """(N, H, W[, 3]) images of a training batch as the pipeline packs them."""
    transforms = [Composite(), PackMattingInputs(keys=('alpha', 'trimap'))]
    samples = []
    for i in range(len(images['alpha'])):
        sample = dict(fg=images['fg_bgr'][i], bg=images['bg_bgr'][i])
        sample.update(alpha=images['alpha'][i], trimap=images['trimap'][i])
        for transform in transforms:
            sample = transform.transform(sample)
        samples.append(sample)
    return {key: [sample[key] for sample in samples] for key in ('inputs', 'data_samples')}


def test_the_paper_s_network_has_38_067_809_parameters(config):
    model = init_model(config, device='cpu')
    assert sum(parameter.numel() for parameter in model.parameters()) == 38_067_809
    assert not model.training


def test_parameters_are_those_of_the_official_checkpoint_in_its_order(golden_dir, network):
    official = from_official(json.loads((golden_dir / 'official_keys.json').read_text()))
    ours = {key: list(value.shape) for key, value in network.state_dict().items()}
    assert ours == official


def test_the_input_is_the_original_s(golden, network):
    arrays = golden('forward.npz')
    sample = PackMattingInputs(keys=('trimap',)).transform(
        dict(merged=arrays['image_bgr'], trimap=arrays['trimap'])
    )
    batch = {key: [value] for key, value in sample.items()}
    inputs = network.data_preprocessor(batch)['inputs']
    np.testing.assert_allclose(inputs.numpy(), arrays['input'], atol=1e-5)


@torch.no_grad()
def test_encoder_stages_and_raw_alpha_are_the_original_s(golden, network):
    arrays = golden('forward.npz')
    inputs = torch.from_numpy(arrays['input'])
    for i, stage in enumerate(network.encoder(inputs), start=1):
        np.testing.assert_allclose(stage[:, :8].numpy(), arrays[f'enc_stage{i}'], atol=1e-4)
    np.testing.assert_allclose(network(inputs).numpy(), arrays['alpha_raw'], atol=1e-4)


def test_loss_and_gradient_are_the_original_s(golden):
    arrays = golden('loss.npz')
    pred = torch.from_numpy(arrays['pred']).requires_grad_()
    gt_alpha = torch.from_numpy(arrays['gt_alpha']).float() / 255
    trimap = torch.from_numpy(arrays['trimap'])
    loss = MultiScaleAlphaLoss()(pred, gt_alpha, (trimap > 0) & (trimap < 255))
    loss.backward()
    assert loss.item() == pytest.approx(arrays['loss'].item(), rel=1e-5)
    largest = np.abs(arrays['grad']).max()
    np.testing.assert_allclose(pred.grad.numpy(), arrays['grad'], rtol=1e-5, atol=1e-5 * largest)


def test_a_training_step_is_the_original_s(golden, network):
    arrays = golden('train_step.npz')
    model = copy.deepcopy(network).train()
    data = model.data_preprocessor(packed(arrays), training=True)
    loss = model(**data, mode='loss')['loss_alpha']
    loss.backward()

    assert loss.item() == pytest.approx(arrays['loss'].item(), rel=1e-3)
    keys = from_official(dict.fromkeys(arrays['grad_keys'].tolist()))
    norms = [model.get_parameter(key).grad.norm().item() for key in keys]
    assert norms == pytest.approx(arrays['grad_norms'], rel=1e-3)
    mean = model.decoder.stage1.norm.running_mean.numpy()
    np.testing.assert_allclose(mean, arrays['running_mean'], rtol=1e-3, atol=1e-5)


def test_a_matte_is_the_original_s(golden, inferencer):
    arrays = golden('inference.npz')
    alpha = inferencer(arrays['image_bgr'], arrays['trimap'])['pred_alpha']
    np.testing.assert_allclose(alpha, arrays['plain'], atol=1e-3)


def test_a_matte_of_a_limited_size_is_the_original_s(golden, config, golden_checkpoint):
    inferencer = MattingInferencer(config, golden_checkpoint, device='cpu', max_size=150)
    arrays = golden('inference.npz')
    alpha = inferencer(arrays['image_bgr'], arrays['trimap'])['pred_alpha']
    np.testing.assert_allclose(alpha, arrays['max_size_150'], atol=1e-3)
