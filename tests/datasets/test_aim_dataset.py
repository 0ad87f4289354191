import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from torch.utils.data import DataLoader

from lsmatting_plugin.datasets import AIMDataset, Draw, DrawSampler
from lsmatting_plugin.registry import DATASETS

LOADING = (
    dict(type='LoadImage', key='fg'),
    dict(type='LoadImage', key='alpha', color='grayscale'),
    dict(type='LoadImage', key='bg'),
    dict(type='RequireSameSize', keys=('fg', 'alpha')),
)
TOY_COMMAND = 'python tools/dataset_converters/make_toy_dataset.py'


@pytest.fixture
def aim_root(tmp_path, write_images):
    """Three foregrounds (.png) with their alphas (.jpg), and two backgrounds."""
    write_images(tmp_path / 'fg', 'a.png', 'b.png', 'c.png')
    write_images(tmp_path / 'alpha', 'a.jpg', 'b.jpg', 'c.jpg')
    write_images(tmp_path / 'coco_bg', '1.jpg', '2.jpg')
    return tmp_path


@pytest.fixture
def build(aim_root):
    """Build the data set of ``aim_root``."""
    return lambda **arguments: AIMDataset(str(aim_root), **arguments)


@pytest.fixture(scope='module')
def training_set(make_tiny_cfg):
    """The generated set with all random transforms of the recipe."""
    return DATASETS.build(make_tiny_cfg('unused').train_dataloader.dataset)


def tensors(packed):
    sample = packed['data_samples']
    return packed['inputs'], sample.gt_alpha, sample.trimap


def assert_equal(packed, others):
    for tensor, other in zip(tensors(packed), tensors(others), strict=True):
        torch.testing.assert_close(tensor, other, rtol=0, atol=0)


def names(dataset, key):
    return [Path(info[key]).name for info in dataset.foregrounds]


def test_an_epoch_is_one_pass_over_the_backgrounds(build):
    dataset = build()

    assert len(dataset) == 2
    bg_paths = [dataset.prepare_data(index)['bg_path'] for index in range(2)]
    assert [Path(path).name for path in bg_paths] == ['1.jpg', '2.jpg']


def test_pairs_ignore_extensions(build):
    dataset = build()

    assert names(dataset, 'fg_path') == ['a.png', 'b.png', 'c.png']
    assert names(dataset, 'alpha_path') == ['a.jpg', 'b.jpg', 'c.jpg']


def test_folders_can_be_named(aim_root, build):
    (aim_root / 'coco_bg').rename(aim_root / 'voc')

    assert len(build(data_prefix=dict(bg='voc'))) == 2


def test_hidden_and_foreign_files_and_subfolders_are_passed_over(aim_root, build, write_images):
    write_images(aim_root / 'fg', '.d.png')
    (aim_root / 'fg' / 'Thumbs.db').write_bytes(b'')
    (aim_root / 'fg' / 'old').mkdir()

    assert names(build(), 'fg_path') == ['a.png', 'b.png', 'c.png']


def test_alpha_may_have_more_images_than_fg(aim_root, build, write_images):
    write_images(aim_root / 'alpha', 'z.png')

    assert names(build(), 'alpha_path') == ['a.jpg', 'b.jpg', 'c.jpg']


def test_each_foreground_is_drawn_with_its_own_alpha(build):
    dataset = build()

    drawn = [dataset.prepare_data(Draw(0, epoch, 0)) for epoch in range(30)]

    assert {Path(results['fg_path']).stem for results in drawn} == {'a', 'b', 'c'}
    for results in drawn:
        assert Path(results['fg_path']).stem == Path(results['alpha_path']).stem


class TestReestimatedForegrounds:
    def test_are_used_where_present(self, aim_root, build, write_images, log_lines):
        write_images(aim_root / 'kappa_fg', 'a.png', 'b.png', 'c.png')

        dataset = build(reestimated_fg='kappa_fg')

        folders = {Path(info['fg_path']).parent for info in dataset.foregrounds}
        assert folders == {aim_root / 'kappa_fg'}
        assert log_lines == [f'Foregrounds are read from {aim_root}/kappa_fg, re-estimated']

    def test_are_missed_with_the_command_that_makes_them(self, aim_root, build, log_lines):
        dataset = build(reestimated_fg='kappa_fg')

        assert {Path(info['fg_path']).parent for info in dataset.foregrounds} == {aim_root / 'fg'}
        [line] = log_lines
        assert f'no folder {aim_root}/kappa_fg' in line
        assert line.endswith(f'python tools/reestimate_foreground.py {aim_root}')

    def test_are_passed_over_when_not_wanted(self, aim_root, build, log_lines):
        build(reestimated_fg=None)

        assert log_lines == [f'Foregrounds are read from {aim_root}/fg']

    @pytest.mark.parametrize('there, lacking', [(['a.png', 'c.png'], 'b'), ([], 'no image')])
    def test_must_be_complete(self, aim_root, build, write_images, assert_helpful, there, lacking):
        write_images(aim_root / 'kappa_fg', *there)

        assert_helpful(
            FileNotFoundError,
            lambda: build(reestimated_fg='kappa_fg'),
            aim_root / 'kappa_fg',
            lacking,
            f'python tools/reestimate_foreground.py {aim_root}',
        )


class TestErrors:
    @pytest.mark.parametrize('folder', ['fg', 'alpha', 'coco_bg'])
    @pytest.mark.parametrize('is_there', [False, True], ids=['absent', 'empty'])
    def test_absent_or_empty_folder(self, aim_root, build, assert_helpful, folder, is_there):
        shutil.rmtree(aim_root / folder)
        if is_there:
            (aim_root / folder).mkdir()

        assert_helpful(FileNotFoundError, build, aim_root / folder, 'docs/data.md', TOY_COMMAND)

    def test_foreground_without_alpha(self, aim_root, build, assert_helpful):
        (aim_root / 'alpha' / 'b.jpg').unlink()

        parts = (aim_root / 'alpha', 'lacks 1', aim_root / 'fg', ': b (', TOY_COMMAND)
        assert_helpful(FileNotFoundError, build, *parts)

    def test_of_many_missing_partners_the_first_five_are_named(
        self, aim_root, build, write_images, assert_helpful
    ):
        write_images(aim_root / 'fg', *(f'x{number}.png' for number in range(7)))

        assert_helpful(FileNotFoundError, build, 'lacks 7', ': x0, x1, x2, x3, x4, ... (')

    def test_two_files_of_one_stem(self, aim_root, build, write_images, assert_helpful):
        write_images(aim_root / 'alpha', 'b.png')

        parts = (aim_root / 'alpha' / 'b.jpg', aim_root / 'alpha' / 'b.png', 'Rename or remove')
        assert_helpful(ValueError, build, *parts)

    def test_corrupt_image(self, aim_root, build, assert_helpful):
        path = aim_root / 'coco_bg' / '2.jpg'
        path.write_bytes(path.read_bytes()[:50])

        dataset = build(pipeline=LOADING)

        assert_helpful(ValueError, lambda: dataset[1], 'bg', path)

    def test_foreground_and_alpha_of_different_size(
        self, aim_root, build, write_images, assert_helpful
    ):
        write_images(aim_root / 'alpha', 'a.jpg', 'b.jpg', 'c.jpg', height=11)

        dataset = build(pipeline=LOADING)
        fg = dataset.prepare_data  # raises for whichever foreground is drawn
        assert_helpful(
            ValueError,
            lambda: fg(Draw(0, 0, 0)),
            f'{aim_root}/fg/',
            'height 12, width 16',
            f'{aim_root}/alpha/',
            'height 11, width 16',
        )


class TestRandomness:
    def test_a_draw_is_always_the_same_sample(self, training_set):
        assert_equal(training_set[Draw(1, 2, 3)], training_set[Draw(1, 2, 3)])

    @pytest.mark.parametrize('other', [Draw(0, 2, 3), Draw(1, 0, 3), Draw(1, 2, 0)])
    def test_another_index_epoch_or_seed_is_another_sample(self, training_set, other):
        inputs = training_set[Draw(1, 2, 3)]['inputs']

        assert not torch.equal(inputs, training_set[other]['inputs'])

    def test_batches_do_not_depend_on_the_number_of_workers(self, training_set):
        def batches(num_workers):
            return list(
                DataLoader(
                    training_set,
                    batch_size=2,
                    sampler=DrawSampler(training_set, seed=5),
                    collate_fn=pseudo_collate,
                    num_workers=num_workers,
                )
            )

        for batch, other in zip(batches(0), batches(2), strict=True):
            for number in range(2):
                assert_equal(*({key: b[key][number] for key in b} for b in (batch, other)))

    def test_a_plain_index_draws_from_numpys_global_state(self, training_set):
        def draws():
            np.random.seed(9)
            return [training_set[0] for _ in range(2)]

        first, second = draws()

        for packed, again in zip((first, second), draws(), strict=True):
            assert_equal(packed, again)
        assert not torch.equal(first['inputs'], second['inputs'])
