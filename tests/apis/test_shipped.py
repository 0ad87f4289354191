"""The model that comes with the package, and that its mattes are worth it."""

import subprocess

import cv2
import numpy as np
import pytest
from command_line import ROOT

from lsmatting_plugin.apis import AlphaEstimator, MattingInferencer
from lsmatting_plugin.apis import shipped as module
from lsmatting_plugin.apis.shipped import or_shipped, shipped_model
from lsmatting_plugin.classical import estimate_alpha
from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.datasets.procedural.writer import merge
from lsmatting_plugin.evaluation.functional import sad
from lsmatting_plugin.trimap import trimap_of_mask

MAX_BYTES = 20e6


@pytest.fixture(scope='module')
def estimate():
    return AlphaEstimator(device='cpu')


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
        rng = np.random.default_rng([77, seed])
        fg, alpha = make_foreground(224, rng, kind)
        image = merge(fg, alpha, cv2.GaussianBlur(make_background(224, rng), (0, 0), 4))
        trimap = trimap_of_mask(alpha, 5)
        mattes = (method(image, trimap) for method in (estimate, estimate_alpha))
        errors.append([np.abs(matte - alpha / 255)[trimap == 128].mean() for matte in mattes])
    ours, closed_form = np.mean(errors, axis=0)
    assert ours < 0.9 * closed_form


@pytest.mark.parametrize('number', [2, 5, 10])
def test_it_beats_closed_form_on_photographs(estimate, shared_dir, number):
    folder = shared_dir / 'data/alphamatting'
    image = cv2.imread(str(folder / f'input/GT{number:02d}.png'))
    trimap, alpha = (
        cv2.imread(str(folder / part / f'GT{number:02d}.png'), cv2.IMREAD_GRAYSCALE)
        for part in ('trimap1', 'gt')
    )
    ours, closed_form = (
        sad(method(image, trimap), alpha / 255, trimap) for method in (estimate, estimate_alpha)
    )
    assert ours < 0.95 * closed_form
