"""FBA from mmedit's parts against the published network."""

import sys

import numpy as np
import pytest
import torch

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.structures import MattingDataSample


@pytest.fixture(scope='module')
def published(golden_dir):
    """Weights under the published names."""
    sys.path.insert(0, str(golden_dir))
    from checkpoint import fba_state_dict

    return fba_state_dict(0)


@pytest.fixture(scope='module')
def golden(golden_dir):
    with np.load(golden_dir / 'fba.npz') as file:
        return dict(file)


@pytest.fixture(scope='module')
def network(configs_dir, published, tmp_path_factory):
    path = tmp_path_factory.mktemp('fba') / 'FBA.pth'
    torch.save(published, path)
    return init_model(configs_dir / 'baselines/mmedit_fba.py', path, device='cpu')


def predict(network, image, trimap, **meta):
    sample = MattingDataSample(trimap=torch.from_numpy(trimap)[None], metainfo=meta)
    inputs = [torch.from_numpy(image.transpose(2, 0, 1).copy())]
    with torch.no_grad():
        (answer,) = network.test_step(dict(inputs=inputs, data_samples=[sample]))
    return {key: answer.output.get(f'pred_{key}').numpy() for key in ('alpha', 'fg', 'bg')}


def test_the_published_weights_give_the_published_result(network, golden):
    found = predict(network, golden['image_bgr'], golden['trimap'])
    for key, name in (('alpha', 'alpha'), ('fg', 'fg_rgb'), ('bg', 'bg_rgb')):
        np.testing.assert_allclose(found[key], golden[name], atol=1e-3)


def test_all_that_is_predicted_has_the_size_of_the_file(network, golden):
    height, width = golden['trimap'].shape
    size = (2 * height, 2 * width, 3)
    found = predict(network, golden['image_bgr'], golden['trimap'], ori_merged_shape=size)
    assert found['alpha'].shape == size[:2]
    assert found['fg'].shape == found['bg'].shape == size


def test_the_authors_demo_standardises_the_filters_that_it_loads(
    configs_dir, published, golden, network, tmp_path
):
    torch.save(published, tmp_path / 'FBA.pth')
    demo = init_model(
        configs_dir / 'baselines/mmedit_fba_published.py', tmp_path / 'FBA.pth', device='cpu'
    )
    found = predict(demo, golden['image_bgr'], golden['trimap'])
    standardised = {key: standard(key, value) for key, value in published.items()}
    torch.save(standardised, tmp_path / 'standardised.pth')
    plain = init_model(
        configs_dir / 'baselines/mmedit_fba.py', tmp_path / 'standardised.pth', device='cpu'
    )
    expected = predict(plain, golden['image_bgr'], golden['trimap'])
    unlike = predict(network, golden['image_bgr'], golden['trimap'])
    for key in ('alpha', 'fg', 'bg'):
        np.testing.assert_allclose(found[key], expected[key], atol=1e-3)
    assert np.abs(found['alpha'] - unlike['alpha']).max() > 0.5


def standard(key, value):
    """Weights by published names; filters before a normalisation with mean 0 and variance 1."""
    if value.ndim != 4 or key.startswith('decoder.conv_up4'):
        return value
    mean = value.mean(dim=(1, 2, 3), keepdim=True)
    var = value.var(dim=(1, 2, 3), keepdim=True, correction=0)
    return (value - mean) / (var + 1e-5).sqrt()


def test_weights_of_another_network_are_refused_with_a_list(configs_dir, published, tmp_path):
    weights = dict(published)
    weights['encoder.other'] = weights.pop('decoder.conv_up4.4.bias')
    torch.save(weights, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=r'decoder\.conv_up4\.4\.bias'):
        init_model(configs_dir / 'baselines/mmedit_fba.py', tmp_path / 'other.pth', device='cpu')


def test_standardised_filters_have_mean_0_and_variance_1(network):
    network.standardises = True
    weights = {key: value.clone() for key, value in network.state_dict().items()}
    try:
        network.eval()
        for weight in (network.encoder.layer2[0].conv2.weight, network.decoder.conv_up1[0].weight):
            filters = weight.detach().flatten(1)
            assert filters.mean(dim=1).abs().max() < 1e-5
            assert (filters.var(dim=1) - 1).abs().max() < 0.2
        # The last convolutions have no normalisation behind them.
        last = network.state_dict()['decoder.conv_up4.0.weight']
        assert torch.equal(last, weights['decoder.conv_up4.0.weight'])
    finally:
        network.standardises = False
        network.load_state_dict(weights)
