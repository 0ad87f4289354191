from pathlib import Path

import pytest
from delivery import write_delivery

from lsmatting_plugin.datasets.preparation import find_listed, training_files
from lsmatting_plugin.datasets.preparation.photos import photos_in


@pytest.fixture
def make(tmp_path, write_images):
    """Write photographs into a folder below a common one, and return the latter."""

    def write(folder, *names):
        write_images(tmp_path / 'photos' / folder, *names)
        return tmp_path / 'photos'

    return write


def names(paths):
    return [path and Path(path).name for path in paths]


def test_coco_s_names_of_either_year_are_found_under_the_other_s(make):
    listed = ['COCO_train2014_000000000009.jpg', '000000000025', ' 000000000030.JPG ', '404.jpg']
    found = make('.', '000000000009.jpg', 'COCO_train2014_000000000025.jpg', '000000000030.jpg')
    assert names(find_listed(listed, found, 'photographs').values()) == [
        '000000000009.jpg',
        'COCO_train2014_000000000025.jpg',
        '000000000030.jpg',
        None,
    ]


@pytest.mark.parametrize('folder', ['JPEGImages', 'VOCdevkit/VOC2012/JPEGImages'])
def test_voc_s_segmentations_are_no_photographs(make, folder):
    make(folder, '2008_000001.jpg')
    root = make(Path(folder).parent / 'SegmentationObject', '2008_000001.png')
    found = find_listed(['2008_000001.jpg'], root, 'photographs')
    assert names(found.values()) == ['2008_000001.jpg']


def test_a_folder_s_own_photographs_come_before_those_below(make):
    make('train2017', 'b.jpg')
    assert names(photos_in(make('.', 'a.jpg'), 'photographs')) == ['a.jpg']


@pytest.mark.parametrize('folder', ['absent', 'empty'])
def test_a_folder_without_photographs_says_what_to_give(tmp_path, folder):
    (tmp_path / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match=f'{folder}.*JPEGImages as --voc'):
        photos_in(tmp_path / folder, 'photographs')


def test_listed_backgrounds_that_are_missing_are_named(tmp_path):
    root = write_delivery(tmp_path)
    (root / 'coco/000000000030.jpg').unlink()
    with pytest.raises(FileNotFoundError, match=r'lacks 1 of.*COCO_train2014_000000000030\.jpg'):
        training_files(root / 'adobe', root / 'coco', listed_backgrounds=True)
    next(root.rglob('training_bg_names.txt')).unlink()
    with pytest.raises(FileNotFoundError, match=r'has no training_bg_names\.txt'):
        training_files(root / 'adobe', root / 'coco', listed_backgrounds=True)
