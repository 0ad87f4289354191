import cv2
import numpy as np
import pytest
import torch

from lsmatting_plugin.cli import main
from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.registry import MODELS
from lsmatting_plugin.trimap import trimap_of_mask


@pytest.fixture(scope='session')
def picture():
    """A generated photo (BGR), its true alpha, foreground and trimap, all uint8."""
    rng = np.random.default_rng(5)
    fg, alpha = make_foreground(96, rng, 'fur')
    height, width = alpha.shape
    bg = cv2.resize(make_background(96, rng), (width, height))
    weight = alpha[..., None] / 255
    photo = np.rint(weight * fg + (1 - weight) * bg).astype(np.uint8)
    return dict(photo=photo, alpha=alpha, fg=fg, trimap=trimap_of_mask(alpha, 3))


@pytest.fixture
def files(tmp_path, picture):
    """Paths of photo.png, trimap.png and mask.png."""
    names = dict(photo='photo', trimap='trimap', alpha='mask')
    for key, name in names.items():
        cv2.imwrite(str(tmp_path / f'{name}.png'), picture[key])
    return {name: tmp_path / f'{name}.png' for name in names.values()}


@pytest.fixture
def folders(tmp_path, picture):
    """Folders photos/ and trimaps/ of three pairs, one in a subfolder."""
    for stem in ('a', 'b', 'sub/c'):
        for key, suffix in (('photo', 'jpg'), ('trimap', 'png')):
            path = tmp_path / f'{key}s' / f'{stem}.{suffix}'
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), picture[key])
    return tmp_path


@pytest.fixture
def network(tmp_path, make_tiny_model_cfg):
    """Options that name a tiny network."""
    torch.manual_seed(0)
    (tmp_path / 'tiny.py').write_text(f'model = {make_tiny_model_cfg()!r}')
    torch.save(MODELS.build(make_tiny_model_cfg()).state_dict(), tmp_path / 'tiny.pth')
    return ('--config', tmp_path / 'tiny.py', '--checkpoint', tmp_path / 'tiny.pth')


@pytest.fixture
def lsmatting(capsys):
    """Run a command in this process; returns exit status, stdout and stderr."""

    def run(*arguments):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as error:  # argparse
            status = error.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run
