import json
import warnings

import pytest
import torch
from torch import nn

from lsmatting_plugin.export import export_torchscript, parity


def load(path, **options):
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', r'`torch\.jit\.load` is (deprecated|not supported)')
        return torch.jit.load(path, **options)


@pytest.mark.parametrize('variant', ['plain', 'everything'])
def test_file_is_the_network_at_every_size_and_number(build_model, tmp_path, variant):
    model = build_model(variant)

    difference = export_torchscript(model, tmp_path / 'net.pt')

    assert 0 <= difference < 1e-5
    network = load(tmp_path / 'net.pt')
    assert not network.training
    for shape in [(1, 4, 32, 32), (3, 4, 224, 96)]:
        inputs = torch.randn(shape)
        with torch.no_grad():
            expected = model.raw_alpha(inputs)
        alpha = network(inputs)
        assert not alpha.requires_grad
        torch.testing.assert_close(alpha, expected, atol=1e-4, rtol=0)


def test_no_device_is_written_into_the_record(build_model, tmp_path):
    export_torchscript(build_model('everything'), tmp_path / 'net.pt')
    graph = str(load(tmp_path / 'net.pt').inlined_graph)
    # The types say where the example was; a constant device would hold the network there.
    assert 'Device = prim::Constant' not in graph
    assert 'aten::arange' not in graph


def test_metadata_say_how_to_prepare_an_image(build_model, tmp_path):
    export_torchscript(build_model(), tmp_path / 'net.pt')

    texts = dict.fromkeys(('config', 'size_divisor', 'mean', 'channel_order'), '')
    load(tmp_path / 'net.pt', _extra_files=texts)

    facts = {key: json.loads(text) for key, text in texts.items()}
    assert facts == dict(
        config='unnamed', size_divisor=64, mean=[0.485, 0.456, 0.406], channel_order='rgb'
    )


@pytest.mark.filterwarnings('error')
def test_nothing_is_said(build_model, tmp_path, capfd):
    export_torchscript(build_model('everything'), tmp_path / 'net.pt')
    assert capfd.readouterr() == ('', '')


class OfThisSize(nn.Module):
    def forward(self, features):
        return [x * float(x.shape[2]) for x in features]


def test_what_cannot_be_exported_is_said_and_leaves_no_file(build_model, tmp_path):
    model = build_model()
    model.skip = OfThisSize()
    with pytest.raises(ValueError, match='This network cannot be exported: '):
        export_torchscript(model, tmp_path / 'net.pt')
    assert not list(tmp_path.iterdir())


def test_a_difference_is_an_error_and_leaves_no_file(build_model, tmp_path, monkeypatch):
    monkeypatch.setattr(parity, 'TOLERANCE', 0)
    with pytest.raises(ValueError, match=r'differs from it by \d'):
        export_torchscript(build_model(), tmp_path / 'net.pt')
    assert not list(tmp_path.iterdir())
