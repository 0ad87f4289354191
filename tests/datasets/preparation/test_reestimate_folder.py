import os
from functools import partial

import cv2
import numpy as np
import pytest
from leftovers import half_written

from lsmatting_plugin.datasets.preparation.reestimation import reestimate_folder
from lsmatting_plugin.foreground import reestimate_foreground
from lsmatting_plugin.parallel import unordered_map

NAMES = ['a.png', 'b.png', 'c.png']
DEADLY = 13


def inverted(fg, alpha):
    """A quick estimator whose result is easily told from its input."""
    return 255 - fg


def fails_in_opencv(fg, alpha):
    return cv2.resize(fg, (0, 0))


def runs_out_of_memory(fg, alpha):
    raise MemoryError('not enough')


def dies_of_one_image(fg, alpha):
    if (fg == DEADLY).all():
        os._exit(1)
    return inverted(fg, alpha)


def workers(num_workers):
    return partial(unordered_map, num_workers=num_workers)


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.fixture
def root(tmp_path):
    """Three foregrounds of odd size with their alphas."""
    rng = np.random.default_rng(0)
    for folder, channels in (('fg', (3,)), ('alpha', ())):
        (tmp_path / folder).mkdir()
        for name in NAMES:
            image = rng.integers(0, 256, (9, 13, *channels), dtype=np.uint8)
            cv2.imwrite(str(tmp_path / folder / name), image)
    return tmp_path


@pytest.fixture
def reestimate(root):
    """Do the folder; returns 'kept', None or the error for each foreground."""

    def run(estimator=inverted, num_workers=0, **arguments):
        folders = (root / 'fg', root / 'alpha', root / 'out')
        total, outcomes = reestimate_folder(*folders, workers(num_workers), estimator, **arguments)
        results = {
            os.path.basename(path): 'kept' if was_there else error
            for path, was_there, error in outcomes
        }
        assert total == len(results)
        return results

    return run


def assert_done(root, names=NAMES):
    """Check that these are inverted, and that nothing else is there."""
    assert sorted(path.name for path in (root / 'out').iterdir()) == names
    for name in names:
        np.testing.assert_array_equal(read(root / 'out' / name), 255 - read(root / 'fg' / name))


def test_every_foreground_is_done_and_no_temporary_file_left(root, reestimate):
    assert reestimate() == dict.fromkeys(NAMES)
    assert_done(root)


def test_results_are_png_whatever_the_foregrounds_are(root, reestimate):
    cv2.imwrite(str(root / 'fg' / 'a.jpg'), read(root / 'fg' / 'a.png'))
    (root / 'fg' / 'a.png').unlink()

    reestimate()

    assert sorted(path.name for path in (root / 'out').iterdir()) == NAMES


def test_the_papers_estimator_is_the_default_and_workers_do_not_matter(root):
    for num_workers in (0, 2):
        total, done = reestimate_folder(
            root / 'fg', root / 'alpha', root / f'out{num_workers}', workers(num_workers)
        )
        assert total == len(list(done)) == 3

    for name in NAMES:
        expected = reestimate_foreground(read(root / 'fg' / name), read(root / 'alpha' / name))
        for folder in ('out0', 'out2'):
            np.testing.assert_array_equal(read(root / folder / name), expected)


def test_a_restart_does_the_rest_only(root, reestimate):
    (root / 'out').mkdir()
    cv2.imwrite(str(root / 'out' / 'b.png'), np.zeros((9, 13, 3), np.uint8))

    assert reestimate() == {'a.png': None, 'b.png': 'kept', 'c.png': None}
    assert (read(root / 'out' / 'b.png') == 0).all()
    assert reestimate() == dict.fromkeys(NAMES, 'kept')


def test_overwrite_does_all_again(root, reestimate):
    (root / 'out').mkdir()
    cv2.imwrite(str(root / 'out' / 'b.png'), np.zeros((9, 13, 3), np.uint8))

    assert reestimate(overwrite=True) == dict.fromkeys(NAMES)
    assert_done(root)


@pytest.mark.parametrize('share', [0, 0.5])
def test_a_broken_result_is_done_again(root, reestimate, share):
    reestimate()
    path = root / 'out' / 'b.png'
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])

    assert reestimate() == {'a.png': 'kept', 'b.png': None, 'c.png': 'kept'}
    assert_done(root)


@pytest.mark.parametrize('num_workers', [0, 2])
def test_a_bad_image_is_reported_and_the_rest_done(root, reestimate, num_workers):
    (root / 'fg' / 'a.png').write_bytes(b'hello')
    cv2.imwrite(str(root / 'alpha' / 'b.png'), np.zeros((5, 5), np.uint8))

    errors = reestimate(num_workers=num_workers)

    assert f'not a readable image: {root}/fg/a.png' in str(errors['a.png'])
    assert f'{root}/alpha/b.png, height 5, width 5' in str(errors['b.png'])
    assert errors['c.png'] is None
    assert_done(root, ['c.png'])


@pytest.mark.parametrize(
    'estimator, kind', [(fails_in_opencv, cv2.error), (runs_out_of_memory, MemoryError)]
)
def test_a_failure_of_the_estimator_is_reported(root, reestimate, estimator, kind):
    errors = reestimate(estimator)

    assert [type(errors[name]) for name in NAMES] == [kind] * 3
    assert_done(root, [])


@pytest.mark.parametrize('num_workers', [1, 2])
def test_only_the_image_that_kills_its_worker_is_lost(root, reestimate, num_workers):
    cv2.imwrite(str(root / 'fg' / 'b.png'), np.full((9, 13, 3), DEADLY, np.uint8))

    errors = reestimate(dies_of_one_image, num_workers=num_workers)

    assert 'terminated abruptly' in str(errors['b.png'])
    assert_done(root, ['a.png', 'c.png'])


@pytest.mark.parametrize('folder', ['fg', 'alpha'])
def test_a_missing_folder_is_named(root, reestimate, folder):
    (root / folder).rename(root / 'elsewhere')

    with pytest.raises(FileNotFoundError, match=f'No folder {root}/{folder}.*docs/data.md'):
        reestimate()


@pytest.mark.parametrize('num_workers', [0, 2])
def test_a_foreground_without_matte_is_named_and_the_rest_done(root, reestimate, num_workers):
    (root / 'alpha' / 'b.png').unlink()

    errors = reestimate(num_workers=num_workers)

    assert f'no alpha matte b (any extension) in {root}/alpha' in str(errors['b.png'])
    assert_done(root, ['a.png', 'c.png'])


def test_what_a_killed_run_was_writing_is_removed(root, reestimate):
    (root / 'out').mkdir()
    half_written(root / 'out' / 'a.png')

    reestimate()

    assert_done(root)
