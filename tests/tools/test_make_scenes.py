"""Scenes with guides, drawn from a config and kept."""

import subprocess
import sys

import numpy as np
import pytest
from command_line import ROOT, run

from lsmatting_plugin.datasets.scenes import read_scene

TOOL = (sys.executable, 'tools/dataset_converters/make_scenes.py')
CONFIG = """
model = dict()
scenes = dict(
    type='AIMDataset',
    data_root={root!r},
    pipeline=[
        dict(type='LoadImage', key='fg'),
        dict(type='LoadImage', key='alpha', color='grayscale'),
        dict(type='LoadImage', key='bg'),
        dict(type='PadToMinSize', keys=('fg', 'alpha'), min_size=64),
        dict(type='RandomRotatedCrop', size=64, crop_range=(48, 80)),
        dict(type='GenerateTrimap', distance_range=(1, 6)),
        dict(type='Composite'),
        dict(type='Quantise'),
        dict(type='DrawGuide', guide='push-pull'),
    ],
)
"""


@pytest.fixture
def config(tmp_path, tiny_aim):
    path = tmp_path / 'scenes.py'
    path.write_text(CONFIG.format(root=str(tiny_aim / 'train')))
    return path


def test_a_run_goes_on_and_draws_what_it_would_have_drawn(config, tmp_path):
    out = tmp_path / 'out'
    assert '5 scenes in' in run(*TOOL, config, out, '--num', '5')
    scenes = {path.name: path.read_bytes() for path in out.glob('*.npy')}
    assert len(scenes) == 5
    scene = read_scene(out / '000003.npy')
    assert scene['merged'].shape == (64, 64, 3) and scene['guide'].shape == (64, 64, 1)
    known = scene['trimap'] != 128
    np.testing.assert_array_equal(scene['guide'][known, 0], scene['trimap'][known])

    (out / '000003.npy').unlink()
    run(*TOOL, config, out, '--num', '6', '--workers', '1')
    assert len(list(out.glob('*.npy'))) == 6
    assert all((out / name).read_bytes() == data for name, data in scenes.items())

    other = (*TOOL, config, out, '--seed', '1')
    failed = subprocess.run([str(x) for x in other], cwd=ROOT, capture_output=True, text=True)
    assert failed.returncode == 1
    assert 'holds scenes of another seed; choose another folder' in failed.stderr
    assert 'Traceback' not in failed.stderr
