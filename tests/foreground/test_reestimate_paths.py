"""The solver's ways of computing agree: threads, tiles and tensors."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from oracles.reestimate_numpy import reestimate_foreground as straight_numpy

from lsmatting_plugin.foreground import reestimate_foreground, sweeps


def soft_picture(height, width, seed=0):
    """Random colours under a matte with opaque, transparent and soft regions."""
    rng = np.random.default_rng(seed)
    fg = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    y, x = np.mgrid[:height, :width]
    ramp = np.sin(x / 23) * np.cos(y / 17) * 2 + 0.5
    return fg, (ramp.clip(0, 1) * 255).astype(np.uint8)


@pytest.mark.parametrize('size', [(150, 450), (64, 192), (65, 193), (200, 3)])
def test_tiles_leave_no_seams(size):
    fg, alpha = soft_picture(*size)

    colours = reestimate_foreground(fg, alpha)

    difference = np.abs(colours.astype(int) - straight_numpy(fg, alpha))
    assert difference.max() <= 1


def test_the_result_does_not_depend_on_threads():
    fg, alpha = soft_picture(150, 450)

    one, *others = (reestimate_foreground(fg, alpha, num_threads=n) for n in (1, 2, 5))

    for other in others:
        np.testing.assert_array_equal(one, other)


def test_opaque_tiles_keep_their_colours_exactly():
    fg, alpha = soft_picture(140, 400)
    alpha[:70] = 255

    colours = reestimate_foreground(fg, alpha)

    np.testing.assert_array_equal(colours[:69], fg[:69])


@pytest.mark.parametrize('size', [(1, 1), (1, 9), (2, 2), (31, 47), (150, 130)])
def test_tensors_are_solved_as_arrays_are(size):
    fg, alpha = soft_picture(*size)

    colours = reestimate_foreground(torch.from_numpy(fg), torch.from_numpy(alpha))

    assert isinstance(colours, torch.Tensor)
    assert colours.dtype == torch.uint8
    expected = reestimate_foreground(fg, alpha).astype(int)
    assert np.abs(colours.numpy() - expected).max() <= 1


def test_arrays_and_tensors_do_not_mix():
    fg, alpha = soft_picture(4, 4)

    with pytest.raises(ValueError, match='both arrays or both tensors'):
        reestimate_foreground(fg, torch.from_numpy(alpha))


@pytest.mark.parametrize(
    'settings',
    [
        *(dict(kappa=kappa) for kappa in (0, 1e-40, 1e38, float('inf'), float('nan'))),
        dict(num_scales=0),
        dict(base_iterations=-1),
    ],
)
def test_numbers_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match='kappa must be 1e-30 to'):
        reestimate_foreground(*soft_picture(4, 4), **settings)


def test_the_compiled_code_is_kept_on_disk():
    """A second process reads what the first has compiled."""
    code = (
        'import numpy as np;'
        'from lsmatting_plugin.foreground import reestimate_foreground, sweeps;'
        'reestimate_foreground(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint8));'
        'print(sum(sweeps._sweep_tiles.stats.cache_hits.values()))'
    )
    reestimate_foreground(*soft_picture(8, 8))

    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)

    assert int(done.stdout) == 1


def test_the_python_source_of_the_sweeps_is_what_is_compiled(monkeypatch):
    """Runs the kernel uncompiled, on a tile with all kinds of borders."""
    for name in ('_reflect', '_load', '_is_opaque', '_coefficients', '_sweep_row', '_sweep_tiles'):
        monkeypatch.setattr(sweeps, name, getattr(sweeps, name).py_func)
    fg, alpha = soft_picture(5, 7)

    colours = reestimate_foreground(fg, alpha, num_scales=2, base_iterations=3, num_threads=1)

    expected = straight_numpy(fg, alpha, num_scales=2, base_iterations=3)
    assert np.abs(colours.astype(int) - expected).max() <= 1
