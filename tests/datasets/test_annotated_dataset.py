import json

import pytest

from lsmatting_plugin.datasets import AnnotatedMattingDataset

ITEM = dict(
    alpha_path='alpha/0.png',
    fg_path='fg/0.png',
    bg_path='bg/0.png',
    merged_path='merged/0.png',
    trimap_path='trimap/0.png',
)


@pytest.fixture
def build(tmp_path):
    """Write an annotation file, beside the data unless told, and build its data set."""

    def make(annotations, **arguments):
        text = annotations if isinstance(annotations, str) else json.dumps(annotations)
        (tmp_path / 'list.json').write_text(text)
        arguments = {'ann_file': 'list.json', 'data_root': str(tmp_path), **arguments}
        return AnnotatedMattingDataset(**arguments)

    return make


def paths(dataset):
    return [
        {key: dataset[i][key] for key in ITEM if key in dataset[i]} for i in range(len(dataset))
    ]


@pytest.mark.parametrize(
    'annotations',
    [
        [ITEM],
        dict(metainfo=dict(task_name='matting'), data_list=[ITEM]),
        [{key.removesuffix('_path'): value for key, value in ITEM.items()}],
    ],
    ids=['list', 'dict', 'keys without _path'],
)
def test_paths_are_relative_to_data_root(build, tmp_path, annotations):
    expected = {key: str(tmp_path / value) for key, value in ITEM.items()}

    assert paths(build(annotations)) == [expected]


def test_order_and_subset_of_keys_stay(build, tmp_path):
    dataset = build([dict(fg_path='2.png'), dict(fg_path='1.png', bg_path='b/1.jpg')])

    assert paths(dataset) == [
        dict(fg_path=str(tmp_path / '2.png')),
        dict(fg_path=str(tmp_path / '1.png'), bg_path=str(tmp_path / 'b/1.jpg')),
    ]


def test_annotation_file_may_lie_elsewhere(build, tmp_path):
    dataset = build([ITEM], ann_file=str(tmp_path / 'list.json'), data_root='/data')

    assert paths(dataset)[0]['fg_path'] == '/data/fg/0.png'


def test_images_go_through_the_pipeline(build, tmp_path, write_images):
    write_images(tmp_path / 'fg', '0.png')

    results = build([ITEM], pipeline=[dict(type='LoadImage', key='fg')])[0]

    assert results['fg'].shape == (12, 16, 3)


def test_absent_file_is_named_with_what_it_should_hold(build, tmp_path, assert_helpful):
    parts = (tmp_path / 'none.json', 'JSON list', *ITEM)
    assert_helpful(FileNotFoundError, lambda: build([ITEM], ann_file='none.json'), *parts)


@pytest.mark.parametrize(
    'annotations, complaint',
    [
        ('{"data_list": [', 'is not JSON'),
        ([], 'non-empty list'),
        ({}, 'non-empty list'),
        (dict(data_list={}), 'non-empty list'),
        ([ITEM, 'fg/1.png'], "Item 1 of {} is 'fg/1.png'; expected is a dict of paths"),
        ([dict(ITEM, mask='0.png')], "Item 0 of {} has 'mask': '0.png'"),
        ([dict(ITEM, fg_path=3)], "Item 0 of {} has 'fg': 3"),
    ],
)
def test_other_content_is_refused(build, tmp_path, assert_helpful, annotations, complaint):
    path = tmp_path / 'list.json'

    assert_helpful(ValueError, lambda: build(annotations), path, complaint.format(path))
