"""The model that comes with the package, and that its mattes are worth it."""

import subprocess

import cv2
import numpy as np
import pytest
from command_line import ROOT

from lsmatting_plugin.apis import AlphaEstimator, MattingInferencer
from lsmatting_plugin.apis import shipped as module
from lsmatting_plugin.apis.shipped import or_shipped, shipped_model
from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.datasets.procedural.writer import merge
from lsmatting_plugin.evaluation.functional import sad
from lsmatting_plugin.guidance.classical import estimate_alpha
from lsmatting_plugin.trimap import trimap_of_mask

MAX_BYTES = 20e6


@pytest.fixture(scope='module')
def estimate():
    return AlphaEstimator(device='cpu')


def scene(kind, seed, size=224):
    """A generated object over a soft background, its trimap and alpha, 0..255."""
    rng = np.random.default_rng([77, seed])
    fg, alpha = make_foreground(size, rng, kind)
    image = merge(fg, alpha, cv2.GaussianBlur(make_background(size, rng), (0, 0), 4))
    return image, trimap_of_mask(alpha, 5), alpha


def error(matte, trimap, alpha):
    """Mean absolute error where the trimap is unknown, 0..1."""
    return np.abs(matte - alpha / 255)[trimap == 128].mean()


def test_it_is_small_and_the_only_one():
    config, checkpoint = shipped_model()
    assert checkpoint.stat().st_size < MAX_BYTES
    weights = sorted(path.name for path in module.WEIGHTS.glob('*.p*'))
    assert weights == sorted([config.name, checkpoint.name])
    assert (module.WEIGHTS / 'README.md').is_file()  # its model card


def test_its_card_names_the_file_and_git_keeps_it():
    _, checkpoint = shipped_model()
    assert checkpoint.name in (module.WEIGHTS / 'README.md').read_text()
    kept = ('git', 'check-ignore', '--quiet', '--no-index', checkpoint)
    assert subprocess.run(kept, cwd=ROOT).returncode == 1


def test_an_installation_without_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(module, 'WEIGHTS', tmp_path)
    with pytest.raises(FileNotFoundError, match='install it again, or give a config'):
        MattingInferencer()


def test_other_weights_may_take_its_place():
    assert or_shipped(None, 'mine.pth') == (shipped_model().config, 'mine.pth')
    assert or_shipped('mine.py', None) == ('mine.py', None)


def test_it_beats_closed_form_on_generated_scenes(estimate):
    errors = []
    for seed, kind in enumerate(('hair', 'fur', 'plant', 'feather')):
        image, trimap, alpha = scene(kind, seed)
        mattes = (method(image, trimap) for method in (estimate, estimate_alpha))
        errors.append([error(matte, trimap, alpha) for matte in mattes])
    ours, closed_form = np.mean(errors, axis=0)
    assert ours < 0.9 * closed_form


@pytest.mark.parametrize(
    'options',
    [
        dict(tta='flips'),
        dict(tta='flips+scales'),
        dict(tile=64),
        dict(refine_steps=3),
        dict(dtype='bfloat16'),
        dict(max_size=100),
    ],
    ids=str,
)
def test_its_guide_goes_with_every_way_to_predict(options):
    image, trimap, alpha = scene('hair', 0, size=112)
    plain, other = (
        MattingInferencer(device='cpu', **kwargs)(image, trimap)['pred_alpha']
        for kwargs in ({}, options)
    )
    assert not np.array_equal(other, plain)
    assert error(other, trimap, alpha) < 1.25 * error(plain, trimap, alpha)


def test_a_batch_is_guided_image_by_image():
    images, trimaps, _ = zip(*(scene(kind, 0, size=112) for kind in ('hair', 'fur')), strict=True)
    inferencer = MattingInferencer(device='cpu')
    together = inferencer(list(images), list(trimaps), batch_size=2)
    for image, trimap, answer in zip(images, trimaps, together, strict=True):
        alone = inferencer(image, trimap)['pred_alpha']
        np.testing.assert_allclose(answer['pred_alpha'], alone, atol=1e-5)


def test_it_beats_closed_form_on_photographs(estimate, shared_dir):
    folder = shared_dir / 'data/alphamatting'
    errors = []
    for name in ('GT02', 'GT05', 'GT10'):  # three kinds of edges with few unknown pixels
        image = cv2.imread(str(folder / f'input/{name}.png'))
        trimap, alpha = (
            cv2.imread(str(folder / part / f'{name}.png'), cv2.IMREAD_GRAYSCALE)
            for part in ('trimap1', 'gt')
        )
        mattes = (method(image, trimap) for method in (estimate, estimate_alpha))
        errors.append([sad(matte, alpha / 255, trimap) for matte in mattes])
    ours, closed_form = np.mean(errors, axis=0)
    assert ours < 0.8 * closed_form
