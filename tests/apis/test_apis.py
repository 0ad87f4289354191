import pickle
import zipfile

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from lsmatting_plugin.apis import MattingInferencer, init_model
from lsmatting_plugin.apis.shipped import shipped_model
from lsmatting_plugin.models import LSAMattor
from lsmatting_plugin.registry import MODELS


@pytest.fixture
def cfg(tiny_model_cfg):
    return Config(dict(model=tiny_model_cfg))


@pytest.fixture
def weights(tiny_model_cfg):
    """Parameters of the tiny network, all unlike those of a new one."""
    model = MODELS.build(tiny_model_cfg)
    return {key: value + 1 for key, value in model.state_dict().items()}


@pytest.fixture(scope='module')
def inferencer(make_tiny_model_cfg):
    torch.manual_seed(0)
    return MattingInferencer(Config(dict(model=make_tiny_model_cfg())))


class TestInitModel:
    @pytest.fixture
    def save(self, tmp_path):
        """Save a checkpoint, or bytes, and return the file."""

        def write(content):
            path = tmp_path / 'net.pth'
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                torch.save(content, path)
            return path

        return write

    def test_model_is_ready_to_predict(self, cfg):
        model = init_model(cfg)

        assert isinstance(model, LSAMattor)
        assert not model.training
        assert model.cfg.to_dict() == cfg.to_dict()

    def test_config_may_be_a_file(self, tmp_path, tiny_model_cfg):
        path = tmp_path / 'net.py'
        path.write_text(f'model = {tiny_model_cfg!r}')

        for config in (path, str(path)):
            assert init_model(config).cfg.filename == str(path)

    def test_device_may_be_chosen(self, cfg):
        for device in ('cpu', torch.device('cpu')):
            assert next(init_model(cfg, device=device).parameters()).device.type == 'cpu'

    @pytest.mark.parametrize('format', ['own', 'bare', 'released'])
    def test_all_formats_of_checkpoints_load(self, cfg, weights, save, to_official, format):
        path = save(
            dict(
                own=dict(meta=dict(epoch=1), state_dict=weights),
                bare=weights,
                released=dict(epoch=100, state_dict=to_official(weights)),
            )[format]
        )

        loaded = init_model(cfg, str(path)).state_dict()

        assert list(loaded) == list(weights)
        for key, value in weights.items():
            assert torch.equal(loaded[key], value)

    def test_default_scope_of_another_library_does_not_matter(self, cfg):
        with DefaultScope.overwrite_default_scope('mmengine'):
            assert isinstance(init_model(cfg), LSAMattor)

    def test_missing_config_is_named_with_where_to_look(self):
        with pytest.raises(FileNotFoundError, match=r'No config nowhere\.py; .*configs/'):
            init_model('nowhere.py')

    def test_missing_checkpoint_is_named(self, cfg):
        with pytest.raises(FileNotFoundError, match=r'No checkpoint nowhere\.pth'):
            init_model(cfg, 'nowhere.pth')

    def test_checkpoint_of_another_network_is_refused(self, cfg, weights, save):
        weights['decoder.head.conv9.bias'] = weights.pop('decoder.head.conv3.bias')
        path = save(dict(state_dict=weights))

        with pytest.raises(ValueError) as error:
            init_model(cfg, path)

        for part in (
            f'{path} does not fit the model of the config',
            '1 missing: decoder.head.conv3.bias',
            '1 unexpected: decoder.head.conv9.bias',
        ):
            assert part in str(error.value)

    def test_pickled_code_does_not_run(self, cfg, weights, save, tmp_path):
        path = save(dict(state_dict=weights, extra=Toucher(tmp_path / 'touched')))

        with pytest.raises(ValueError, match=r'net\.pth is not a checkpoint of tensors'):
            init_model(cfg, path)

        assert not (tmp_path / 'touched').exists()

    @pytest.mark.parametrize(
        'content',
        [
            b'',
            b'hello',
            b'\x89PNG\r\n\x1a\n',
            pickle.dumps(dict(a=1), protocol=2),
            torch.ones(2),
            [torch.ones(2)],
            dict(epoch=3),
            dict(state_dict=[torch.ones(2)]),
            {1: torch.ones(2)},
        ],
        ids=repr,
    )
    def test_what_is_no_checkpoint_is_refused(self, cfg, save, content):
        with pytest.raises(ValueError, match=r'net\.pth is not a checkpoint'):
            init_model(cfg, save(content))

    def test_a_checkpoint_that_may_not_be_read_is_no_broken_one(self, cfg, save, monkeypatch):
        def refuse(*_, **__):
            raise PermissionError('not yours')

        monkeypatch.setattr(torch, 'load', refuse)
        with pytest.raises(PermissionError, match='not yours'):
            init_model(cfg, save({}))

    def test_a_foreign_archive_is_refused(self, cfg, tmp_path):
        with zipfile.ZipFile(tmp_path / 'net.pth', 'w') as archive:
            archive.writestr('a.txt', 'hello')

        with pytest.raises(ValueError, match=r'net\.pth is not a checkpoint'):
            init_model(cfg, tmp_path / 'net.pth')


class Toucher:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), 'w')


class TestInferencer:
    @pytest.fixture
    def paths(self, tiny_aim):
        """A composite of the generated test set and its trimap."""
        merged = min((tiny_aim / 'test/merged').iterdir())
        return merged, tiny_aim / 'test/trimaps' / merged.name

    @pytest.fixture
    def arrays(self, paths):
        return cv2.imread(str(paths[0])), cv2.imread(str(paths[1]), cv2.IMREAD_GRAYSCALE)

    def test_files_and_arrays_give_the_same_matte(self, inferencer, paths, arrays):
        from_files = inferencer(*paths)
        from_arrays = inferencer(*arrays)

        assert from_files.keys() == from_arrays.keys() == {'pred_alpha'}
        np.testing.assert_array_equal(from_files['pred_alpha'], from_arrays['pred_alpha'])

    def test_known_regions_are_exact(self, inferencer, arrays):
        alpha = inferencer(*arrays)['pred_alpha']

        trimap = arrays[1]
        assert alpha.dtype == np.float32
        assert (alpha[trimap == 255] == 1).all()
        assert (alpha[trimap == 0] == 0).all()
        assert len(np.unique(alpha[trimap == 128])) > 10

    @pytest.mark.parametrize('height, width', [(1, 1), (5, 90), (97, 64)])
    @pytest.mark.parametrize('max_size', [None, 32])
    def test_matte_has_the_size_of_the_image(self, make_tiny_model_cfg, height, width, max_size):
        cfg = Config(dict(model=make_tiny_model_cfg()))
        rng = np.random.default_rng(0)
        image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)

        inferencer = MattingInferencer(cfg, max_size=max_size)
        alpha = inferencer(image, np.full((height, width), 128, np.uint8))['pred_alpha']

        assert alpha.shape == (height, width)
        assert alpha.min() >= 0
        assert alpha.max() <= 1

    def test_checkpoint_is_loaded(self, cfg, weights, tmp_path):
        torch.save(weights, tmp_path / 'net.pth')

        model = MattingInferencer(cfg, tmp_path / 'net.pth').model

        assert torch.equal(model.decoder.head.conv3.bias, weights['decoder.head.conv3.bias'])

    def test_matte_is_written_under_the_name_of_the_image(self, inferencer, paths, tmp_path):
        alpha = inferencer(*map(str, paths), result_out_dir=tmp_path / 'mattes')['pred_alpha']

        [path] = (tmp_path / 'mattes').iterdir()
        assert path.name == f'{paths[0].stem}.png'
        matte = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(matte, np.rint(alpha * 255))

    def test_matte_of_an_array_is_written_as_matte_png(self, inferencer, arrays, tmp_path):
        inferencer(*arrays, result_out_dir=str(tmp_path / 'mattes'))

        assert [path.name for path in (tmp_path / 'mattes').iterdir()] == ['matte.png']

    def test_arrays_may_be_views_and_stay_as_they_are(self, inferencer, arrays):
        views = [array[:, ::-1] for array in arrays]
        before = [view.copy() for view in views]

        alpha = inferencer(*views)['pred_alpha']

        np.testing.assert_array_equal(alpha, inferencer(*before)['pred_alpha'])
        for view, copy in zip(views, before, strict=True):
            np.testing.assert_array_equal(view, copy)

    def test_a_grey_file_is_taken_as_colour_image(self, inferencer, arrays, tmp_path):
        grey = arrays[0][..., 1]
        cv2.imwrite(str(tmp_path / 'grey.png'), grey)

        alpha = inferencer(tmp_path / 'grey.png', arrays[1])['pred_alpha']

        expected = inferencer(np.repeat(grey[..., None], 3, axis=2), arrays[1])['pred_alpha']
        np.testing.assert_array_equal(alpha, expected)

    @pytest.mark.parametrize(
        'change, complaint',
        [
            (lambda i, t: (i / 255, t), r'merged must be uint8 \(H, W, 3\), not float64'),
            (lambda i, t: (i[..., 0], t), r'merged must be uint8 \(H, W, 3\)'),
            (lambda i, t: (i[..., [0, 1, 2, 2]], t), r'merged must be .* not uint8 \(.*, 4\)'),
            (lambda i, t: (i[:0], t[:0]), r'merged must be .* not uint8 \(0, '),
            (lambda i, t: (i, t.astype(np.uint16)), r'trimap must be uint8 \(H, W\), not uint16'),
            (lambda i, t: (i, i), r'trimap must be uint8 \(H, W\), not uint8 \(.*, 3\)'),
            (lambda i, t: (i, t[0]), r'trimap must be uint8 \(H, W\)'),
            (lambda i, t: (i, t[1:]), r'merged \(not from a file, .* and trimap .* same size'),
        ],
    )
    def test_other_arrays_are_refused(self, inferencer, arrays, change, complaint):
        with pytest.raises(ValueError, match=complaint):
            inferencer(*change(*arrays))

    def test_missing_and_broken_files_are_named(self, inferencer, paths, tmp_path):
        with pytest.raises(FileNotFoundError, match=r'nowhere\.png: no such file'):
            inferencer(paths[0], tmp_path / 'nowhere.png')
        (tmp_path / 'broken.jpg').write_bytes(b'hello')
        with pytest.raises(ValueError, match=r'broken\.jpg: not an image'):
            inferencer(tmp_path / 'broken.jpg', paths[1])

    def test_files_of_different_size_are_both_named(self, inferencer, paths, tmp_path):
        cv2.imwrite(str(tmp_path / 'small.png'), np.zeros((9, 8), np.uint8))

        with pytest.raises(ValueError) as error:
            inferencer(paths[0], tmp_path / 'small.png')

        for part in (paths[0], f'{tmp_path}/small.png, height 9, width 8'):
            assert str(part) in str(error.value)


class TestInferencerOptions:
    @pytest.fixture
    def picture(self):
        rng = np.random.default_rng(0)
        image = rng.integers(0, 256, (96, 200, 3), dtype=np.uint8)
        trimap = np.full((96, 200), 128, np.uint8)
        trimap[:, :60], trimap[:, 150:] = 0, 255
        return image, trimap

    @pytest.fixture
    def build(self, cfg):
        """Build inferencers of equal weights."""

        def make(**options):
            torch.manual_seed(0)
            return MattingInferencer(cfg, device='cpu', **options)

        return make

    def test_the_config_stays_as_it_is(self, cfg, build):
        before = cfg.to_dict()
        build(refine_steps=3, tta='flips', tile=64, dtype='bfloat16')
        assert cfg.to_dict() == before

    def test_options_reach_the_model(self, build):
        model = build(refine_steps=3, tta='flips+scales', tile=64, compiles=True).model
        assert model.refiner.steps == 3
        assert model.tta.scales == (0.8, 1.0, 1.25)
        assert (model.test_cfg['tile'], model.test_cfg['compile']) == (64, True)

    @pytest.mark.parametrize(
        ('options', 'limit'),
        [
            (dict(), 2176),
            (dict(tile=64), None),
            (dict(tile=64, max_size=100), 100),
            (dict(max_size=None), None),
        ],
    )
    def test_large_images_are_reduced_as_in_the_paper_but_not_by_tiles(self, build, options, limit):
        _, limiting, _ = build(**options).pipeline.transforms
        assert limiting.max_size == limit

    @pytest.mark.parametrize(
        'options',
        [dict(tta='flips+scales'), dict(tta='flips', refine_steps=2)],
    )
    def test_augmented_mattes_fit_image_and_range(self, build, picture, options):
        plain = build()(*picture)['pred_alpha']
        alpha = build(**options)(*picture)['pred_alpha']
        assert alpha.shape == plain.shape and alpha.dtype == np.float32
        assert alpha.min() >= 0 and alpha.max() <= 1
        assert 0 < np.abs(alpha - plain).max() <= 1

    def test_each_step_of_refinement_is_told(self, build, picture):
        told = []
        inferencer = build(refine_steps=4, on_refine_step=lambda *step: told.append(step))
        inferencer(*picture)
        assert [step for step, _ in told] == [0, 1, 2]
        assert all(loss.total >= loss.edge >= 0 for _, loss in told)

    def test_an_unknown_augmentation_is_refused(self, build):
        with pytest.raises(ValueError, match="'flips'"):
            build(tta='rotations')


class TestInferencerLists:
    @pytest.fixture
    def pictures(self):
        """Three images of two sizes and their trimaps."""
        rng = np.random.default_rng(0)
        sizes = ((40, 50), (40, 50), (30, 60))
        images = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
        trimaps = [rng.choice(np.array([0, 128, 255], np.uint8), size) for size in sizes]
        return images, trimaps

    @pytest.mark.parametrize('batch_size', [1, 2, 3])
    def test_lists_give_what_their_images_give_alone(self, inferencer, pictures, batch_size):
        answers = inferencer(*pictures, batch_size=batch_size, return_fg=True)
        assert len(answers) == 3
        for answer, image, trimap in zip(answers, *pictures, strict=True):
            alone = inferencer(image, trimap)['pred_alpha']
            np.testing.assert_allclose(answer['pred_alpha'], alone, atol=1e-5)
            assert answer['pred_fg'].shape == image.shape
            is_fg = trimap == 255
            np.testing.assert_array_equal(answer['pred_fg'][is_fg], image[is_fg])

    def test_images_of_one_size_share_a_batch(self, inferencer, pictures, monkeypatch):
        sizes = []
        test_step = inferencer.model.test_step
        monkeypatch.setattr(
            inferencer.model, 'test_step', lambda d: sizes.append(len(d['inputs'])) or test_step(d)
        )
        inferencer(*pictures, batch_size=8)
        assert sizes == [2, 1]

    def test_lists_must_be_of_one_length(self, inferencer, pictures):
        with pytest.raises(ValueError, match='3 images need as many trimaps, got 2'):
            inferencer(pictures[0], pictures[1][:2])
        assert inferencer([], []) == []

    def test_near_values_of_a_trimap_count_as_known(self, inferencer, cfg, pictures):
        image, trimap = pictures[0][0], pictures[1][0]
        near = np.select([trimap == 0, trimap == 255], [3, 252], 102).astype(np.uint8)
        count = np.count_nonzero(trimap != 128)
        with pytest.warns(UserWarning, match=f'the trimap: {count} pixels near 0 or 255'):
            alpha = inferencer(image, near)['pred_alpha']
        np.testing.assert_array_equal(alpha, inferencer(image, trimap)['pred_alpha'])
        strict = MattingInferencer(cfg, strict=True)(image, near)['pred_alpha']
        assert not (strict[trimap == 255] == 1).all()

    def test_without_a_config_it_is_the_package_s_own_model(self):
        assert MattingInferencer(device='cpu').name == shipped_model().config.stem
