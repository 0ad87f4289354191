from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement

from lsmatting_plugin.engine import MatteWriterHook, write_matte
from lsmatting_plugin.structures import MattingDataSample


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize('kind', [np.asarray, torch.from_numpy], ids=['array', 'tensor'])
def test_floats_are_rounded_to_8_bits(tmp_path, kind):
    alpha = np.array([[0, 1, 0.5], [0.4 / 255, 0.6 / 255, 200 / 255]], np.float32)

    write_matte(kind(alpha), tmp_path / 'a.png')

    matte = read(tmp_path / 'a.png')
    assert matte.dtype == np.uint8
    np.testing.assert_array_equal(matte, [[0, 255, 128], [0, 1, 200]])


def test_8_bits_are_written_as_they_are(tmp_path):
    alpha = np.arange(256, dtype=np.uint8).reshape(8, 32)

    write_matte(alpha, str(tmp_path / 'a.png'))

    np.testing.assert_array_equal(read(tmp_path / 'a.png'), alpha)


def test_folder_is_made_and_holds_the_matte_alone(tmp_path):
    path = tmp_path / 'new' / 'folder' / 'mätte.png'

    write_matte(np.zeros((2, 2), np.uint8), path)

    assert list(path.parent.iterdir()) == [path]


def test_a_failing_write_leaves_the_old_matte_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / 'a.png'
    write_matte(np.full((2, 2), 7, np.uint8), path)

    def fill_the_disk(self, data):
        with open(self, 'wb') as file:
            file.write(data[:20])
        raise OSError('No space left on device')

    monkeypatch.setattr(Path, 'write_bytes', fill_the_disk)
    with pytest.raises(OSError, match='No space'):
        write_matte(np.zeros((2, 2), np.uint8), path)

    assert list(tmp_path.iterdir()) == [path]
    assert (read(path) == 7).all()


class Images(list):
    """Stands for a data set of these image paths."""

    def get_data_info(self, index):
        return dict(merged_path=self[index])


def write_mattes(out_dir, *paths, **meta):
    """Runs the hook as a test over these images does; the n-th matte is n / 10 everywhere."""
    samples = []
    for number, path in enumerate(paths):
        sample = MattingDataSample(metainfo=dict(merged_path=path))
        sample.set_metainfo({key: values[number] for key, values in meta.items()})
        sample.output = BaseDataElement(pred_alpha=torch.full((3, 4), number / 10))
        samples.append(sample)
    dataloader = SimpleNamespace(dataset=Images(paths))
    hook = MatteWriterHook(str(out_dir))
    hook.before_test(SimpleNamespace(test_loop=SimpleNamespace(dataloader=dataloader)))
    hook.after_test_iter(None, 0, outputs=samples)
    return {str(path.relative_to(out_dir)): read(path)[0, 0] for path in out_dir.rglob('*.png')}


def test_hook_writes_each_matte_of_a_batch_under_the_name_of_its_image(tmp_path):
    mattes = write_mattes(tmp_path, '/data/merged/0.jpg', '/data/more/1.jpg')

    assert mattes == {'0.png': 0, '1.png': 26}


def test_images_of_one_name_keep_their_folders(tmp_path):
    mattes = write_mattes(tmp_path, '/data/a/0.jpg', '/data/b/c/0.png', '/data/a/1.png')

    assert mattes == {'a/0.png': 0, 'b/c/0.png': 26, 'a/1.png': 51}


def test_a_name_that_a_benchmark_wants_is_taken(tmp_path):
    names = ('Trimap1/net.png', 'Trimap2/net.png')
    paths = ('/data/input/net.png', '/data/input/net.png')

    assert write_mattes(tmp_path, *paths, matte_name=names) == dict(
        zip(names, (0, 26), strict=True)
    )
