"""The shown samples are those of a training."""

import importlib.util

import cv2
import numpy as np
import pytest
from command_line import ROOT, refused, run
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

from lsmatting_plugin.datasets import Draw
from lsmatting_plugin.registry import SCOPE
from lsmatting_plugin.visualization.tensor_picture import as_picture

TOOL = ('tools/analysis/browse_dataset.py',)
CONFIG = 'configs/lsm_r18_toy.py'


@pytest.fixture(scope='module')
def options(tiny_aim):
    return {
        'train_dataloader.dataset.data_root': tiny_aim / 'train',
        'val_dataloader.dataset.data_root': tiny_aim / 'test',
        'test_dataloader.dataset.data_root': tiny_aim / 'test',
    }


@pytest.fixture(scope='module')
def browse():
    """The tool as a module."""
    path = ROOT / 'tools/analysis/browse_dataset.py'
    spec = importlib.util.spec_from_file_location('browse_dataset', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_samples_are_those_that_training_draws(browse, make_tiny_cfg, tmp_path):
    cfg = make_tiny_cfg(tmp_path, **{'train_dataloader.batch_size': 1})
    with DefaultScope.overwrite_default_scope(SCOPE):
        loader = Runner.build_dataloader(cfg.train_dataloader, seed=3)
    trained = [batch['data_samples'][0] for batch in loader]
    images = [batch['inputs'][0] for batch in loader]

    dataset, keys = browse.dataset_and_order(cfg, 'train', seed=3)
    shown = [browse.sample_of(dataset, key) for key in keys]

    assert len(shown) == len(trained) == 6
    for sample, expected, image in zip(shown, trained, images, strict=True):
        assert set(sample.pictures) == {'image', 'trimap', 'alpha', 'foreground', 'background'}
        assert np.array_equal(sample.pictures['trimap'], expected.trimap[0].numpy())
        assert np.array_equal(sample.pictures['alpha'], np.rint(expected.gt_alpha[0].numpy()))
        assert np.array_equal(sample.pictures['image'], as_picture(image))
        assert sample.unknown == np.mean(~np.isin(sample.pictures['trimap'], (0, 255)))


def test_draws_are_those_of_the_first_epochs(browse):
    first = Draw(4, epoch=0, seed=9)
    assert [(int(d), d.epoch, d.seed) for d in browse.draws_of([first], 3)] == [
        (4, epoch, 9) for epoch in range(3)
    ]
    assert list(browse.draws_of([4, 2], 2)) == [4, 4, 2, 2]


def test_one_hot_trimaps_are_shown_as_one_channel(browse):
    trimap = np.array([[0, 128, 255]], np.uint8)
    one_hot = np.stack([trimap == value for value in (0, 128, 255)], axis=-1).astype(np.uint8)
    assert np.array_equal(browse.from_one_hot(one_hot), trimap)


def test_sheets_and_statistics(tiny_aim, options, tmp_path):
    arguments = ('--out', tmp_path, '--number', 4, '--draws', 2, '--seed', 5)
    printed = run(*TOOL, CONFIG, *arguments, **options)
    assert '8 samples' in printed and '6 items in all' in printed
    assert 'unknown share' in printed and 'seconds a sample' in printed
    sheets = sorted(path.name for path in tmp_path.iterdir())
    assert sheets == ['train_001.png', 'train_002.png']
    first = (tmp_path / sheets[0]).read_bytes()
    assert cv2.imread(str(tmp_path / sheets[0])).shape[1] == 5 * 240 + 20

    run(*TOOL, CONFIG, *arguments, **options)
    assert (tmp_path / sheets[0]).read_bytes() == first
    run(*TOOL, CONFIG, *arguments[:-1], 6, **options)
    assert (tmp_path / sheets[0]).read_bytes() != first


@pytest.mark.parametrize('phase', ['val', 'test'])
def test_the_other_phases(options, tmp_path, phase):
    run(*TOOL, CONFIG, '--out', tmp_path, '--phase', phase, '--number', 99, **options)
    assert cv2.imread(str(tmp_path / f'{phase}_001.png')).shape[1] == 3 * 240 + 20


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('none.py',), 'No config none.py'),
        (('configs/baselines/trivial.py',), 'has no train_dataloader'),
        (
            (CONFIG, '--cfg-options', 'train_dataloader.dataset.data_root=nowhere'),
            'No folder nowhere/fg',
        ),
        ((CONFIG, '--cfg-options', 'train_dataloader.dataset.type=Nothing'), 'Nothing is not in'),
    ],
)
def test_what_cannot_be_shown_is_one_line(tmp_path, arguments, message):
    command = [*TOOL, *arguments[:1], '--out', str(tmp_path), *arguments[1:]]
    said = refused(*command)
    assert message in said and len(said.splitlines()) == 1
