import cv2
import numpy as np
import pytest

from lsmatting_plugin.datasets.transforms import foreground
from lsmatting_plugin.foreground import reestimate_foreground


@pytest.fixture
def solved(monkeypatch):
    """The thread counts with which the solver was called, one per call."""
    calls = []

    def solve(*arguments, num_threads):
        calls.append(num_threads)
        return reestimate_foreground(*arguments, num_threads=num_threads)

    monkeypatch.setattr(foreground, 'reestimate_foreground', solve)
    return calls


@pytest.mark.parametrize('is_cached', [True, False])
def test_the_foreground_is_reestimated(apply, sample, tmp_path, is_cached):
    cache_dir = str(tmp_path / 'cache') if is_cached else None

    results = apply('ReestimateForeground', sample, cache_dir=cache_dir)

    expected = reestimate_foreground(sample['fg'], sample['alpha'])
    np.testing.assert_array_equal(results['fg'], expected)
    assert len(list(tmp_path.rglob('*.png'))) == is_cached


def test_an_image_is_solved_once(apply, sample, tmp_path, solved):
    first, again = (apply('ReestimateForeground', sample, cache_dir=tmp_path) for _ in range(2))

    assert len(solved) == 1
    np.testing.assert_array_equal(first['fg'], again['fg'])


@pytest.mark.parametrize('change', ['fg', 'alpha', 'settings'])
def test_other_content_or_settings_are_solved_anew(apply, sample, tmp_path, solved, change):
    apply('ReestimateForeground', sample, cache_dir=tmp_path)
    settings = dict(kappa=0.5) if change == 'settings' else {}
    if change in sample:
        sample[change] = sample[change].copy()
        sample[change][0, 0] ^= 1

    apply('ReestimateForeground', sample, cache_dir=tmp_path, **settings)

    assert len(solved) == 2


def test_a_broken_cache_file_is_made_again(apply, sample, tmp_path, solved):
    first = apply('ReestimateForeground', sample, cache_dir=tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-50])

    again = apply('ReestimateForeground', sample, cache_dir=tmp_path)

    assert len(solved) == 2
    np.testing.assert_array_equal(first['fg'], again['fg'])
    np.testing.assert_array_equal(cv2.imread(str(path)), first['fg'])


def test_a_loader_worker_uses_one_thread(apply, sample, solved, monkeypatch):
    apply('ReestimateForeground', sample, cache_dir=None)
    monkeypatch.setattr(foreground, 'get_worker_info', lambda: object())
    apply('ReestimateForeground', sample, cache_dir=None)

    assert solved == [None, 1]
