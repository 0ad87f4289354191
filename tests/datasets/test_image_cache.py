import errno
import multiprocessing
import os

import numpy as np
import pytest
from leftovers import half_written

from lsmatting_plugin.datasets import AIMDataset, Draw, ImageCache
from lsmatting_plugin.whole_files import partial_path

IMAGE = np.arange(2400, dtype=np.uint16).astype(np.uint8).reshape(20, 40, 3)
ENTRY = 128 + IMAGE.nbytes  # of a .npy file: header and pixels


@pytest.fixture
def source(tmp_path):
    """An image file; what it holds is not looked at."""
    path = tmp_path / 'image.png'
    path.write_bytes(b'something')
    return path


@pytest.fixture
def cache(tmp_path):
    return ImageCache(tmp_path / 'cache', max_gigabytes=1)


def refuse():
    raise AssertionError('decoded again')


def entries(cache):
    return sorted(cache.folder.glob('*.npy'))


def test_an_image_is_decoded_once(cache, source):
    assert cache.load(source, 'color', lambda: IMAGE) is IMAGE

    again = cache.load(source, 'color', refuse)

    np.testing.assert_array_equal(again, IMAGE)
    assert type(again) is np.ndarray
    assert not again.flags.writeable  # the file would change with it


def test_another_run_finds_it(cache, source):
    cache.load(source, 'color', lambda: IMAGE)

    again = ImageCache(cache.folder, max_gigabytes=1).load(source, 'color', refuse)

    np.testing.assert_array_equal(again, IMAGE)


def test_variants_are_kept_apart(cache, source):
    cache.load(source, 'color', lambda: IMAGE)
    cache.load(source, 'grayscale', lambda: IMAGE[..., 0])

    assert cache.load(source, 'color', refuse).shape == (20, 40, 3)
    assert cache.load(source, 'grayscale', refuse).shape == (20, 40)


@pytest.mark.parametrize('change', ['content', 'time'])
def test_a_changed_file_is_decoded_anew(cache, source, change):
    cache.load(source, 'color', lambda: IMAGE)
    if change == 'content':
        source.write_bytes(b'something else')
    else:
        os.utime(source, ns=(0, 10**18))

    np.testing.assert_array_equal(cache.load(source, 'color', lambda: 255 - IMAGE), 255 - IMAGE)


def test_a_damaged_entry_is_made_anew(cache, source):
    cache.load(source, 'color', lambda: IMAGE)
    (entry,) = entries(cache)
    entry.write_bytes(entry.read_bytes()[:300])

    np.testing.assert_array_equal(cache.load(source, 'color', lambda: IMAGE), IMAGE)
    np.testing.assert_array_equal(cache.load(source, 'color', refuse), IMAGE)


def test_it_stays_below_its_size_and_keeps_what_came_first(tmp_path, log_lines):
    cache = ImageCache(tmp_path / 'cache', max_gigabytes=2.5 * ENTRY / 1e9)
    paths = [tmp_path / f'{i}.png' for i in range(4)]
    for path in paths:
        path.write_bytes(b'x')
        np.testing.assert_array_equal(cache.load(path, 'color', lambda: IMAGE), IMAGE)

    assert len(entries(cache)) == 2
    for path in paths[:2]:
        cache.load(path, 'color', refuse)
    assert len([line for line in log_lines if 'it is full' in line]) == 1


def test_another_run_counts_what_is_there(tmp_path, source):
    first = ImageCache(tmp_path / 'cache', max_gigabytes=1)
    first.load(source, 'color', lambda: IMAGE)

    second = ImageCache(first.folder, max_gigabytes=1.5 * ENTRY / 1e9)
    second.load(source, 'grayscale', lambda: IMAGE)

    assert len(entries(second)) == 1


def fill(folder, first, barrier):
    cache = ImageCache(folder, max_gigabytes=10.5 * ENTRY / 1e9)
    barrier.wait()
    for i in range(first, first + 8):
        path = folder.parent / f'{i}.png'
        path.write_bytes(b'x')
        cache.load(path, 'color', lambda: IMAGE)


def test_processes_share_the_limit(tmp_path):
    context = multiprocessing.get_context('fork')
    barrier = context.Barrier(2)
    processes = [
        context.Process(target=fill, args=(tmp_path / 'cache', first, barrier))
        for first in (0, 100)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
    assert len(list((tmp_path / 'cache').glob('*.npy'))) == 10


def test_a_full_disk_ends_caching_and_not_the_run(cache, source, log_lines, monkeypatch):
    def no_space(data, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr('lsmatting_plugin.datasets.image_cache.write_file', no_space)

    for _ in range(2):
        assert cache.load(source, 'color', lambda: IMAGE) is IMAGE
    assert [line for line in log_lines if 'No space left' in line] != []
    assert cache.is_full


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path, source, log_lines):
    (tmp_path / 'file').write_text('')

    cache = ImageCache(tmp_path / 'file' / 'cache', max_gigabytes=1)

    assert cache.load(source, 'color', lambda: IMAGE) is IMAGE
    assert len([line for line in log_lines if 'takes no more images' in line]) == 1


def test_what_a_full_disk_has_is_used_all_the_same(cache, source, log_lines, monkeypatch):
    cache.load(source, 'color', lambda: IMAGE)

    def no_space(data, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr('lsmatting_plugin.datasets.image_cache.write_file', no_space)
    again = ImageCache(cache.folder, max_gigabytes=1)

    np.testing.assert_array_equal(again.load(source, 'color', refuse), IMAGE)
    assert again.load(source, 'grayscale', lambda: IMAGE) is IMAGE
    assert again.is_full


def test_a_killed_process_leaves_nothing_half(cache, source):
    """Neither a half image, nor a total that the processes beside it could not read."""
    cache.load(source, 'color', lambda: IMAGE)
    dead, alive = half_written(cache.folder / 'a.npy'), partial_path(cache.folder / 'b.npy')
    alive.write_bytes(b'half')

    ImageCache(cache.folder, max_gigabytes=1)

    assert not dead.exists()
    assert alive.exists()  # which is just being written


@pytest.mark.parametrize('size', [0, -1])
def test_a_size_of_nothing_is_refused(tmp_path, size):
    with pytest.raises(ValueError, match='max_gigabytes'):
        ImageCache(tmp_path, size)


class TestInADataset:
    def dataset(self, tiny_aim, **settings):
        pipeline = [
            dict(type='LoadImage', key='fg'),
            dict(type='LoadImage', key='alpha', color='grayscale'),
            dict(type='LoadImage', key='bg', like='fg'),
            dict(type='RandomRotatedCrop', size=64, crop_range=(48, 80)),
            dict(type='GenerateTrimap'),
            dict(type='ColorJitter'),
            dict(type='Composite'),
            dict(type='PackMattingInputs'),
        ]
        return AIMDataset(data_root=f'{tiny_aim}/train', pipeline=pipeline, **settings)

    def test_samples_are_those_without_it(self, tiny_aim, tmp_path):
        plain = self.dataset(tiny_aim)
        cached = self.dataset(tiny_aim, image_cache=dict(folder=tmp_path / 'cache'))

        for epoch in (0, 1, 1):
            draw = Draw(1, epoch, seed=0)
            assert plain[draw]['inputs'].equal(cached[draw]['inputs'])
        assert len(list((tmp_path / 'cache').glob('*.npy'))) >= 3

    def test_a_missing_file_is_missed_with_it_too(self, tiny_aim, tmp_path):
        dataset = self.dataset(tiny_aim, image_cache=dict(folder=tmp_path / 'cache'))
        dataset.foregrounds = [dict(fg_path='gone.png', alpha_path='gone.png')]

        with pytest.raises(FileNotFoundError, match=r'gone\.png'):
            dataset[Draw(0, 0, seed=0)]

    def test_it_needs_a_step_that_loads(self, tiny_aim, tmp_path):
        with pytest.raises(ValueError, match='no LoadImage'):
            AIMDataset(data_root=f'{tiny_aim}/train', image_cache=dict(folder=tmp_path / 'cache'))
