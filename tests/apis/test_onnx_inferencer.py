import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config

from lsmatting_plugin.apis import MattingInferencer, onnx_inferencer
from lsmatting_plugin.apis.onnx_inferencer import OnnxInferencer
from lsmatting_plugin.export import export_onnx

onnx = pytest.importorskip('onnx', reason='onnx is not installed')
onnxruntime = pytest.importorskip('onnxruntime', reason='onnxruntime is not installed')


@pytest.fixture(scope='module')
def export(make_tiny_model_cfg, tmp_path_factory):
    """Exports a tiny network, options override its config; returns torch's inferencer and file."""

    def make(**options):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            inferencer = MattingInferencer(
                Config(dict(model={**make_tiny_model_cfg(), **options})), device='cpu'
            )
        # Alpha of a new network is hardly above 0; this one's varies within 0..1.
        head = inferencer.model.decoder.head.conv3
        torch.nn.init.constant_(head.bias, 0.5)
        path = tmp_path_factory.mktemp('exported') / 'net.onnx'
        export_onnx(inferencer.model, path)
        return inferencer, path

    return make


@pytest.fixture(scope='module')
def exported(export):
    return export()


@pytest.fixture(scope='module')
def inferencer(exported):
    return OnnxInferencer(exported[1])


pytestmark = pytest.mark.filterwarnings('ignore:.* count as known')


def draw(height, width):
    """A random image, and a trimap with all its 256 values."""
    rng = np.random.default_rng(height * width)
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return image, rng.integers(0, 256, (height, width), dtype=np.uint8)


def assert_same_matte(inferencer, reference, image, trimap):
    alpha = inferencer(image, trimap)
    assert alpha.keys() == {'pred_alpha'}
    assert alpha['pred_alpha'].dtype == np.float32
    assert alpha['pred_alpha'].min() >= 0 and alpha['pred_alpha'].max() <= 1
    expected = reference(image, trimap)['pred_alpha']
    np.testing.assert_allclose(alpha['pred_alpha'], expected, atol=1e-4, rtol=0)


class TestParity:
    @pytest.mark.parametrize(
        'size', [(1, 1), (1, 70), (2, 2), (5, 90), (15, 3), (64, 128), (131, 203)]
    )
    def test_matte_is_that_of_matting_inferencer(self, exported, inferencer, size):
        image, trimap = draw(*size)
        assert_same_matte(inferencer, exported[0], image, np.full(size, 128, np.uint8))
        assert_same_matte(inferencer, exported[0], image, trimap)

    @pytest.mark.parametrize('max_size', [None, 40, 100, 203])
    def test_large_images_are_reduced_alike(self, exported, max_size):
        reference, path = exported
        reduced = MattingInferencer(reference.model.cfg, device='cpu', max_size=max_size)
        reduced.model.load_state_dict(reference.model.state_dict())
        assert_same_matte(OnnxInferencer(path, max_size=max_size), reduced, *draw(131, 203))

    def test_frame_and_normalisation_are_those_of_the_file(self, export):
        reference, path = export(
            test_cfg=dict(size_divisor=32, reflect_margin=40, zero_margin=8),
            data_preprocessor=dict(
                type='MattingPreprocessor', mean=(0.1, 0.2, 0.3), std=(1, 2, 3), bgr_to_rgb=False
            ),
        )
        assert_same_matte(OnnxInferencer(path), reference, *draw(13, 50))

    def test_a_guide_is_drawn_alike(self, export, make_tiny_model_cfg):
        model = make_tiny_model_cfg()
        model['encoder'].update(in_channels=5)
        model['decoder'].update(image_channels=5)
        guided = dict(type='MattingPreprocessor', guide='push-pull')
        reference, path = export(**model, data_preprocessor=guided)
        assert_same_matte(OnnxInferencer(path), reference, *draw(40, 50))

    def test_the_matte_is_not_trivial(self, inferencer):
        image, _ = draw(64, 64)
        alpha = inferencer(image, np.full((64, 64), 128, np.uint8))['pred_alpha']
        assert len(np.unique(alpha)) > 1000
        assert 0.01 < alpha.mean() < 0.99

    def test_views_are_taken_and_stay_as_they_are(self, exported, inferencer):
        image, trimap = (array[::-1, ::2] for array in draw(60, 90))
        before = image.copy(), trimap.copy()
        assert_same_matte(inferencer, exported[0], image, trimap)
        np.testing.assert_array_equal(image, before[0])
        np.testing.assert_array_equal(trimap, before[1])


class TestTrimaps:
    @pytest.mark.parametrize('strict', [False, True])
    def test_all_values_mean_the_same(self, exported, strict):
        reference, path = exported
        image, _ = draw(16, 16)
        trimap = np.arange(256, dtype=np.uint8).reshape(16, 16)
        reference.strict = strict
        try:
            assert_same_matte(OnnxInferencer(path, strict=strict), reference, image, trimap)
        finally:
            reference.strict = False

    @pytest.mark.filterwarnings('default')
    def test_the_same_is_said_of_values_near_the_ends(self, exported, inferencer):
        image, _ = draw(2, 2)
        messages = []
        for either in (inferencer, exported[0]):
            with pytest.warns(UserWarning, match='3 pixels near 0 or 255') as caught:
                either(image, np.array([[1, 49], [254, 255]], np.uint8))
            messages.append([str(warning.message) for warning in caught])
        assert messages[0] == messages[1]

    @pytest.mark.filterwarnings('error')
    def test_nothing_is_said_of_the_three_values(self, inferencer):
        image, _ = draw(2, 2)
        inferencer(image, np.array([[0, 128], [128, 255]], np.uint8))

    def test_trimaps_stay_as_they_are(self, inferencer):
        image, trimap = draw(9, 8)
        before = trimap.copy()
        inferencer(image, trimap)
        np.testing.assert_array_equal(trimap, before)


class TestFiles:
    @pytest.fixture
    def paths(self, tmp_path):
        image, trimap = draw(31, 45)
        cv2.imwrite(str(tmp_path / 'photo.png'), image)
        cv2.imwrite(str(tmp_path / 'trimap.png'), trimap)
        return tmp_path / 'photo.png', tmp_path / 'trimap.png'

    def test_files_and_arrays_give_the_same_matte(self, inferencer, paths):
        from_files = inferencer(paths[0], str(paths[1]))['pred_alpha']
        np.testing.assert_array_equal(from_files, inferencer(*draw(31, 45))['pred_alpha'])

    def test_matte_is_written_under_the_name_of_the_image(self, inferencer, paths, tmp_path):
        alpha = inferencer(*paths, result_out_dir=tmp_path / 'mattes')['pred_alpha']
        inferencer(*draw(31, 45), result_out_dir=str(tmp_path / 'mattes'))

        names = sorted(path.name for path in (tmp_path / 'mattes').iterdir())
        assert names == ['matte.png', 'photo.png']
        for name in names:
            matte = cv2.imread(str(tmp_path / 'mattes' / name), cv2.IMREAD_UNCHANGED)
            np.testing.assert_array_equal(matte, np.rint(alpha * 255))


class TestRefusals:
    @pytest.mark.parametrize(
        'change',
        [
            lambda i, t: (i / 255, t),
            lambda i, t: (i[..., 0], t),
            lambda i, t: (i[..., [0, 1, 2, 2]], t),
            lambda i, t: (i[:0], t[:0]),
            lambda i, t: (i, t.astype(np.uint16)),
            lambda i, t: (i, i),
            lambda i, t: (i, t[0]),
            lambda i, t: (i, t[1:]),
            lambda i, t: ('nowhere.png', t),
            lambda i, t: (i, __file__),
        ],
    )
    def test_messages_are_those_of_matting_inferencer(self, exported, inferencer, change):
        wrong = change(*draw(9, 8))
        with pytest.raises((ValueError, FileNotFoundError)) as expected:
            exported[0](*wrong)
        with pytest.raises(expected.type) as error:
            inferencer(*wrong)
        assert str(error.value) == str(expected.value)

    def test_files_of_different_size_are_both_named(self, exported, inferencer, tmp_path):
        paths = tmp_path / 'photo.png', tmp_path / 'trimap.png'
        for path, size in zip(paths, ((9, 8), (9, 7)), strict=True):
            cv2.imwrite(str(path), np.zeros(size, np.uint8))
        messages = []
        for either in (inferencer, exported[0]):
            with pytest.raises(ValueError) as error:
                either(*paths)
            messages.append(str(error.value))
        assert messages[0] == messages[1]
        assert str(paths[1]) in messages[0]

    def test_missing_file(self):
        with pytest.raises(FileNotFoundError, match=r'No ONNX file nowhere\.onnx'):
            OnnxInferencer('nowhere.onnx')

    @pytest.mark.parametrize('content', [b'', b'hello'])
    def test_what_is_no_onnx_file(self, tmp_path, content, capfd):
        (tmp_path / 'net.onnx').write_bytes(content)
        with pytest.raises(ValueError, match=r'net\.onnx (cannot be read|does not say)'):
            OnnxInferencer(tmp_path / 'net.onnx')
        assert capfd.readouterr() == ('', '')

    @pytest.mark.parametrize('key, value', [('size_divisor', None), ('mean', 'no JSON')])
    def test_a_file_without_its_facts(self, exported, tmp_path, key, value):
        file = onnx.load(exported[1])
        texts = {entry.key: entry.value for entry in file.metadata_props}
        texts.pop(key)
        if value is not None:
            texts[key] = value
        onnx.helper.set_model_props(file, texts)
        onnx.save(file, tmp_path / 'net.onnx')
        with pytest.raises(ValueError, match=r'does not say how to prepare an image.*export_onnx'):
            OnnxInferencer(tmp_path / 'net.onnx')

    def test_unknown_provider(self, exported):
        with pytest.raises(ValueError, match=r"no provider 'AbacusExecutionProvider', only \["):
            OnnxInferencer(exported[1], providers=['AbacusExecutionProvider'])

    def test_size_limit_below_one(self, exported):
        with pytest.raises(ValueError, match='max_size must be None or at least 1 pixel, got 0'):
            OnnxInferencer(exported[1], max_size=0)

    def test_absent_onnxruntime(self, exported, monkeypatch):
        monkeypatch.setitem(sys.modules, 'onnxruntime', None)
        with pytest.raises(ImportError, match='needs onnxruntime: pip install onnxruntime'):
            OnnxInferencer(exported[1])


def test_name_and_providers(exported):
    inferencer = OnnxInferencer(exported[1], providers=[('CPUExecutionProvider', {})])
    assert inferencer.name == 'unnamed'
    assert inferencer.session.get_providers() == ['CPUExecutionProvider']


ALONE = """
import importlib.util, sys
for absent in ('torch', 'mmengine', 'mmcv', 'lsmatting_plugin', 'onnx'):
    sys.modules[absent] = None
spec = importlib.util.spec_from_file_location('alone', sys.argv[1])
alone = importlib.util.module_from_spec(spec)
spec.loader.exec_module(alone)
import numpy as np
image, trimap = np.load(sys.argv[3]).values()
np.save(sys.argv[4], alone.OnnxInferencer(sys.argv[2])(image, trimap)['pred_alpha'])
"""


def test_the_file_alone_predicts_without_torch(exported, inferencer, tmp_path):
    image, trimap = draw(31, 45)
    np.savez(tmp_path / 'in.npz', image, trimap)
    files = [onnx_inferencer.__file__, exported[1], tmp_path / 'in.npz', tmp_path / 'out.npy']
    subprocess.run([sys.executable, '-c', ALONE, *map(str, files)], check=True, cwd=tmp_path)
    expected = inferencer(image, trimap)['pred_alpha']
    np.testing.assert_allclose(np.load(tmp_path / 'out.npy'), expected, atol=1e-6)
