import json
import shutil
from pathlib import Path

import pytest
from mmengine.config import Config

from lsmatting_plugin.datasets import Composition1kDataset
from lsmatting_plugin.registry import DATASETS

FOLDERS = dict(merged='merged', trimap='trimaps', alpha='alpha_copy')


@pytest.fixture
def composition_root(tmp_path, write_images):
    """Two composites with trimap and alpha, in three formats."""
    for folder, suffix in zip(FOLDERS.values(), ('.jpg', '.png', '.bmp'), strict=True):
        write_images(tmp_path / folder, f'b{suffix}', f'a{suffix}')
    return tmp_path


@pytest.fixture
def build(composition_root):
    """Build the data set of ``composition_root``."""
    return lambda **arguments: Composition1kDataset(str(composition_root), **arguments)


def test_items_are_sorted_and_paired_by_stem(composition_root, build):
    dataset = build()

    assert dataset.test_mode
    assert len(dataset) == 2
    for index, stem in enumerate('ab'):
        item = dataset[index]
        assert item['merged_path'] == f'{composition_root}/merged/{stem}.jpg'
        assert item['trimap_path'] == f'{composition_root}/trimaps/{stem}.png'
        assert item['alpha_path'] == f'{composition_root}/alpha_copy/{stem}.bmp'


def test_alpha_none_predicts_without_ground_truth(composition_root, build):
    shutil.rmtree(composition_root / 'alpha_copy')

    item = build(data_prefix=dict(alpha=None))[0]

    assert 'alpha_path' not in item
    assert Path(item['trimap_path']).name == 'a.png'


def test_trimaps_without_image_are_passed_over(composition_root, build, write_images):
    write_images(composition_root / 'trimaps', 'aa.png')

    assert [Path(item['trimap_path']).name for item in build()] == ['a.png', 'b.png']


@pytest.mark.parametrize('folder', FOLDERS.values())
@pytest.mark.parametrize('is_there', [False, True], ids=['absent', 'empty'])
def test_absent_or_empty_folder_is_named(composition_root, build, assert_helpful, folder, is_there):
    shutil.rmtree(composition_root / folder)
    if is_there:
        (composition_root / folder).mkdir()

    command = 'python tools/dataset_converters/make_toy_dataset.py'
    assert_helpful(FileNotFoundError, build, composition_root / folder, 'docs/data.md', command)


@pytest.mark.parametrize('partner', ['trimaps/a.png', 'alpha_copy/a.bmp'])
def test_image_without_partner_is_named(composition_root, build, assert_helpful, partner):
    path = composition_root / partner
    path.unlink()

    parts = (path.parent, 'lacks 1', composition_root / 'merged', ': a (', 'make_toy_dataset.py')
    assert_helpful(FileNotFoundError, build, *parts)


def test_description_tells_number_and_origin(composition_root, build):
    assert build().description == f'{composition_root}: 2 images, without a manifest'
    manifest = dict(mode='adobe', num_composites=2, checksum='1a2b3c4d5e', composites={})
    (composition_root / 'manifest.json').write_text(json.dumps(manifest))
    made = "composited in mode 'adobe', checksum 1a2b3c4d"
    assert build().description == f'{composition_root}: 2 images, {made}'
    assert build(indices=1).description == f'{composition_root}: 1 images, {made} of 2 images'
    other = build(data_prefix=dict(merged='trimaps'))
    assert other.description == f'{composition_root}: 2 images, without a manifest'


@pytest.fixture
def tested(configs_dir, composition_root):
    """The data set with the test pipeline of the paper's config."""
    cfg = Config.fromfile(configs_dir / 'lsm_r50_aim.py').test_dataloader.dataset
    return DATASETS.build(dict(cfg, data_root=str(composition_root)))


def test_pipeline_packs_what_prediction_and_metrics_need(tested):
    packed = tested[0]
    sample = packed['data_samples']

    assert packed['inputs'].shape == (3, 12, 16)
    assert sample.trimap.shape == sample.ori_trimap.shape == sample.ori_alpha.shape == (1, 12, 16)
    assert sample.ori_merged_shape == (12, 16, 3)
    assert Path(sample.merged_path).name == 'a.jpg'


def test_trimap_of_another_size_is_named(tested, composition_root, write_images, assert_helpful):
    write_images(composition_root / 'trimaps', 'a.png', width=15)

    parts = ('merged/a.jpg, height 12, width 16', 'trimaps/a.png, height 12, width 15')
    assert_helpful(ValueError, lambda: tested[0], *parts)


def test_corrupt_image_is_named(tested, composition_root, assert_helpful):
    path = composition_root / 'trimaps' / 'b.png'
    path.write_bytes(b'no image')

    assert_helpful(ValueError, lambda: tested[1], 'trimap', path)
