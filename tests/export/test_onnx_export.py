import json
import sys

import numpy as np
import pytest
import torch
from mmengine.config import Config
from torch import nn

from lsmatting_plugin.export import export_onnx, onnx_export, parity
from lsmatting_plugin.models import LSAMattor

onnx = pytest.importorskip('onnx', reason='onnx is not installed')
onnxruntime = pytest.importorskip('onnxruntime', reason='onnxruntime is not installed')


def open_session(path):
    return onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])


@pytest.fixture(scope='module')
def exported(build_model, tmp_path_factory):
    """A tiny network and its file."""
    model = build_model()
    path = tmp_path_factory.mktemp('exported') / 'net.onnx'
    export_onnx(model, path)
    return model, path


@pytest.mark.parametrize('variant', ['plain', 'aspp', 'ppm', 'fam', 'everything'])
def test_file_is_the_network_at_every_size_and_number(build_model, tmp_path, variant):
    model = build_model(variant)

    difference = export_onnx(model, tmp_path / 'net.onnx')

    assert 0 <= difference < 1e-5
    session = open_session(tmp_path / 'net.onnx')
    for shape in [(1, 4, 32, 32), (2, 4, 64, 96), (3, 4, 224, 32), (1, 4, 128, 416)]:
        inputs = torch.randn(shape)
        with torch.no_grad():
            expected = model.raw_alpha(inputs).numpy()
        [alpha] = session.run(None, dict(inputs=inputs.numpy()))
        assert alpha.dtype == np.float32
        np.testing.assert_allclose(alpha, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize('opset', [14, 16, 18, 20])
def test_opset_may_be_chosen(build_model, tmp_path, opset):
    export_onnx(build_model(), tmp_path / 'net.onnx', opset=opset)
    file = onnx.load(tmp_path / 'net.onnx')
    assert [entry.version for entry in file.opset_import if entry.domain == ''] == [opset]


def test_input_and_output_are_named_and_free_in_size(exported):
    session = open_session(exported[1])
    [inputs], [alpha] = session.get_inputs(), session.get_outputs()
    assert (inputs.name, inputs.type, inputs.shape) == (
        'inputs',
        'tensor(float)',
        ['N', 4, 'H', 'W'],
    )
    assert (alpha.name, alpha.type, alpha.shape) == ('alpha', 'tensor(float)', ['N', 1, 'H', 'W'])


def test_file_is_valid_and_alone(exported):
    _, path = exported
    onnx.checker.check_model(onnx.load(path, load_external_data=False), full_check=True)
    assert [file.name for file in path.parent.iterdir()] == ['net.onnx']


def test_metadata_say_how_to_prepare_an_image(build_model, tmp_path):
    model = build_model(
        test_cfg=dict(size_divisor=32, reflect_margin=8, zero_margin=24),
        data_preprocessor=dict(
            type='MattingPreprocessor', mean=(0.1, 0.2, 0.3), std=(1, 2, 3), bgr_to_rgb=False
        ),
    )
    (tmp_path / 'my_net.py').touch()
    model.cfg = Config(model.cfg.to_dict(), filename=tmp_path / 'my_net.py')

    export_onnx(model, tmp_path / 'net.onnx')

    texts = open_session(tmp_path / 'net.onnx').get_modelmeta().custom_metadata_map
    facts = {key: json.loads(text) for key, text in texts.items()}
    del facts['version']
    assert facts == dict(
        config='my_net',
        size_divisor=32,
        reflect_margin=8,
        zero_margin=24,
        mean=[0.1, 0.2, 0.3],
        std=[1, 2, 3],
        channel_order='bgr',
        guide=None,
        bg_below=50,
        fg_above=200,
    )


def test_a_model_in_training_is_exported_as_it_predicts_and_stays_so(exported, tmp_path):
    model, path = exported
    model.train()
    try:
        export_onnx(model, tmp_path / 'net.onnx')
        assert model.training and model.encoder.training
    finally:
        model.eval()
    inputs = dict(inputs=np.ones((1, 4, 64, 64), np.float32))
    [expected] = open_session(path).run(None, inputs)
    np.testing.assert_array_equal(
        open_session(tmp_path / 'net.onnx').run(None, inputs)[0], expected
    )


@pytest.mark.filterwarnings('error')
def test_nothing_is_said(build_model, tmp_path, capfd):
    export_onnx(build_model('everything'), tmp_path / 'net.onnx')
    assert capfd.readouterr() == ('', '')


class Unsupported(nn.Module):
    """A skip that ONNX has no operator for."""

    def forward(self, features):
        return [torch.linalg.svdvals(features[0]).mean() + x for x in features]


class OfThisSize(nn.Module):
    """A skip that depends on the size of the input in a way that no record shows."""

    def forward(self, features):
        return [x * len(list(x[0, 0])) for x in features]


class TestFailures:
    """Each leaves the folder as it was."""

    @pytest.fixture
    def folder(self, tmp_path):
        (tmp_path / 'net.onnx').write_bytes(b'the one before')
        yield tmp_path
        assert [path.name for path in tmp_path.iterdir()] == ['net.onnx']
        assert (tmp_path / 'net.onnx').read_bytes() == b'the one before'

    def test_operator_unknown_to_onnx(self, build_model, folder, capfd):
        model = build_model()
        model.skip = Unsupported()
        with pytest.raises(ValueError, match=r'cannot be exported: .*svd'):
            export_onnx(model, folder / 'net.onnx')
        assert capfd.readouterr() == ('', '')

    def test_operator_unknown_to_an_old_opset(self, build_model, folder, capfd):
        with pytest.raises(ValueError, match=r'cannot be exported: .*grid_sampler.*version 16'):
            export_onnx(build_model('fam'), folder / 'net.onnx', opset=14)
        assert capfd.readouterr() == ('', '')

    def test_opset_that_does_not_exist(self, build_model, folder):
        with pytest.raises(ValueError, match=r'cannot be exported: .*99'):
            export_onnx(build_model(), folder / 'net.onnx', opset=99)

    def test_result_that_keeps_the_size(self, build_model, folder):
        model = build_model()
        model.skip = OfThisSize()
        with pytest.raises(ValueError, match='cannot be exported: '):
            export_onnx(model, folder / 'net.onnx')

    def test_difference(self, build_model, folder, monkeypatch):
        monkeypatch.setattr(parity, 'TOLERANCE', 0)
        with pytest.raises(ValueError, match=r'cannot be exported: .* differs from it by \d'):
            export_onnx(build_model(), folder / 'net.onnx')

    def test_not_a_number(self, build_model, folder):
        model = build_model()
        nn.init.constant_(model.decoder.head.conv3.bias, torch.nan)
        with pytest.raises(ValueError, match='differs from it by nan'):
            export_onnx(model, folder / 'net.onnx')

    def test_more_than_one_file_holds(self, build_model, folder, monkeypatch):
        monkeypatch.setattr(onnx_export, 'MAX_BYTES', 500_000)
        with pytest.raises(ValueError, match=r'\d+ bytes .* one ONNX file, at most 500000'):
            export_onnx(build_model(), folder / 'net.onnx')

    @pytest.mark.parametrize('package', ['onnx', 'onnxruntime'])
    def test_absent_package(self, build_model, folder, monkeypatch, package):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ImportError, match=f'needs {package}: pip install onnx onnxruntime'):
            export_onnx(build_model(), folder / 'net.onnx')

    def test_writing_is_cut_off(self, build_model, folder, monkeypatch):
        def refuse(*_):
            raise OSError('disk full')

        monkeypatch.setattr('os.replace', refuse)
        with pytest.raises(OSError, match='disk full'):
            export_onnx(build_model(), folder / 'net.onnx')


def test_refiner_and_augmentation_are_left_out(build_model, tmp_path):
    model = build_model(refiner=dict(type='BackpropRefiner', steps=3), tta=dict(type='MattingTTA'))
    assert isinstance(model, LSAMattor)
    export_onnx(model, tmp_path / 'net.onnx')
    inputs = torch.randn(1, 4, 64, 64)
    with torch.no_grad():
        expected = model.raw_alpha(inputs).numpy()
    [alpha] = open_session(tmp_path / 'net.onnx').run(None, dict(inputs=inputs.numpy()))
    np.testing.assert_allclose(alpha, expected, atol=1e-5, rtol=0)
