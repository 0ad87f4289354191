"""Scenes with guides, drawn from a config and kept."""

import shutil

import numpy as np
import pytest
from command_line import refused, run

from lsmatting_plugin.datasets.scene_files import read_scene

TOOL = ('tools/dataset_converters/make_scenes.py',)
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


def refusal(*arguments):
    """The line with which the tool ends when it cannot do what it was asked for."""
    return refused(*TOOL, *arguments).splitlines()[-1]


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

    said = refusal(config, out, '--seed', '1')
    assert said.endswith('holds scenes of another seed; choose another folder')
    assert said.startswith(str(out))


def test_a_config_without_scenes_is_named(tmp_path):
    config = tmp_path / 'plain.py'
    config.write_text('model = dict()\n')
    said = refusal(config, tmp_path / 'out')
    assert said.startswith(f'{config} has no scenes: expected is a data set')


def test_scenes_of_an_unknown_kind_are_named(config, tmp_path):
    config.write_text(config.read_text().replace('AIMDataset', 'Nothing'))
    said = refusal(config, tmp_path / 'out')
    assert said.startswith(f'{config}: the data set of scenes cannot be built: ')


def test_scenes_that_cannot_be_drawn_are_not_blamed_on_the_config(config, tmp_path, tiny_aim):
    root = tmp_path / 'train'
    shutil.copytree(tiny_aim / 'train', root)
    for path in (root / 'fg').iterdir():
        path.write_bytes(b'')
    config.write_text(CONFIG.format(root=str(root)))
    said = refusal(config, tmp_path / 'out', '--num', '2', '--workers', '1')
    assert str(config) not in said and str(root / 'fg') in said
