import logging
from collections import Counter

import pytest

from lsmatting_plugin.datasets import AlphamattingDataset, Draw
from lsmatting_plugin.registry import DATASETS


@pytest.fixture
def root(tmp_path, write_images):
    """The site's test set: two images with three trimaps each."""
    write_images(tmp_path / 'input_lowres', 'doll.png', 'net.png')
    for number in (1, 2, 3):
        write_images(tmp_path / f'trimap_lowres/Trimap{number}', 'doll.png', 'net.png')
    return tmp_path


@pytest.fixture
def add_training_set(root, write_images):
    """Unpacks the training set beside it: one trimap less, and true alphas."""

    def add():
        names = ('GT01.png', 'GT02.png', 'GT03.png')
        write_images(root / 'input_training_lowres', *names)
        write_images(root / 'gt_training_lowres', *names)
        for number in (1, 2):
            write_images(root / f'trimap_training_lowres/Trimap{number}', *names)

    return add


TRAINING = dict(
    merged='input_training_lowres', trimap='trimap_training_lowres', alpha='gt_training_lowres'
)


def test_every_image_meets_every_trimap(root):
    dataset = DATASETS.build(dict(type='AlphamattingDataset', data_root=str(root)))
    assert dataset.test_mode
    items = [dataset[i] for i in range(len(dataset))]
    names = [f'Trimap{number}/{name}.png' for number in (1, 2, 3) for name in ('doll', 'net')]
    assert [item['matte_name'] for item in items] == names
    for item in items:
        folder, name = item['matte_name'].split('/')
        assert item['merged_path'] == f'{root}/input_lowres/{name}'
        assert item['trimap_path'] == f'{root}/trimap_lowres/{folder}/{name}'
        assert 'alpha_path' not in item


def test_that_nothing_is_scored_is_said(root, log_lines):
    logging.getLogger().setLevel(logging.INFO)
    AlphamattingDataset(str(root))
    assert any('2 of 2 images have no true alpha in' in line for line in log_lines)


def test_the_test_set_comes_first_and_has_no_alpha_of_the_training_set(root, add_training_set):
    add_training_set()
    dataset = AlphamattingDataset(str(root))
    assert len(dataset) == 6
    assert 'alpha_path' not in dataset[0]


def test_the_training_set_has_alphas(root, add_training_set):
    add_training_set()
    dataset = AlphamattingDataset(str(root), TRAINING)
    assert len(dataset) == 6
    assert dataset[4]['matte_name'] == 'Trimap2/GT02.png'
    assert dataset[4]['alpha_path'] == f'{root}/gt_training_lowres/GT02.png'


@pytest.mark.parametrize('trimaps', [(2,), (3, 1)])
def test_trimaps_may_be_chosen(root, trimaps):
    dataset = AlphamattingDataset(str(root), trimaps=trimaps)
    folders = [dataset[i]['matte_name'].split('/')[0] for i in range(0, len(dataset), 2)]
    assert folders == [f'Trimap{number}' for number in trimaps]


def test_short_names_of_folders_do_too(tmp_path, write_images):
    for folder in ('input', 'gt', 'trimap1', 'trimap2'):
        write_images(tmp_path / folder, 'GT01.png')
    dataset = AlphamattingDataset(str(tmp_path))
    assert [dataset[i]['matte_name'] for i in (0, 1)] == ['Trimap1/GT01.png', 'Trimap2/GT01.png']
    assert dataset[1]['alpha_path'] == f'{tmp_path}/gt/GT01.png'


@pytest.mark.parametrize('indices', [None, [2, 0]])
def test_to_train_an_image_meets_each_trimap_equally_often(root, add_training_set, indices):
    add_training_set()
    dataset = AlphamattingDataset(str(root), TRAINING, draws_trimap=True, indices=indices)
    assert not dataset.test_mode
    assert len(dataset) == (3 if indices is None else 2)
    names = ['GT01', 'GT02', 'GT03'] if indices is None else ['GT03', 'GT01']
    for index, name in enumerate(names):
        drawn = Counter()
        for epoch in range(200):
            item = dataset[Draw(index, seed=0, epoch=epoch)]
            assert item['alpha_path'] == f'{root}/gt_training_lowres/{name}.png'
            assert item['trimap_path'].endswith(f'/{name}.png')
            drawn[item['matte_name']] += 1
        assert set(drawn) == {f'Trimap1/{name}.png', f'Trimap2/{name}.png'}
        assert min(drawn.values()) > 70
        again = dataset[Draw(index, seed=0, epoch=199)]
        assert again['trimap_path'] == item['trimap_path']


def test_what_is_missing_is_named(root, add_training_set, assert_helpful):
    def build(*args, **options):
        return lambda: AlphamattingDataset(str(root), *args, **options)

    assert_helpful(
        FileNotFoundError, build(trimaps=(1, 4)), f'{root}/trimap_lowres', 'Trimap4', 'docs/data.md'
    )
    add_training_set()
    (root / 'gt_training_lowres/GT02.png').unlink()
    assert_helpful(
        FileNotFoundError, build(TRAINING, draws_trimap=True), 'gt_training_lowres', 'GT02'
    )
    (root / 'trimap_lowres/Trimap2/net.png').unlink()
    assert_helpful(FileNotFoundError, build(), f'{root}/trimap_lowres/Trimap2', 'net')
    assert_helpful(FileNotFoundError, build(dict(trimap='nowhere')), 'nowhere', 'Trimap1, Trimap2')


def test_numbers_of_trimaps_are_told_apart(root, write_images):
    write_images(root / 'trimap_lowres/Trimap10', 'doll.png', 'net.png')
    dataset = AlphamattingDataset(str(root))
    assert dataset[6]['matte_name'] == 'Trimap10/doll.png'
    write_images(root / 'trimap_lowres/trimap2', 'doll.png', 'net.png')
    with pytest.raises(ValueError, match='have the same number'):
        AlphamattingDataset(str(root))


def test_folders_of_one_archive_go_together(root, add_training_set):
    add_training_set()
    dataset = AlphamattingDataset(str(root), dict(merged='input_training_lowres'))
    assert dataset[0]['trimap_path'].startswith(f'{root}/trimap_training_lowres/')
    assert 'alpha_path' in dataset[0]
