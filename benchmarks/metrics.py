"""Times the connectivity error beside labelling the image at each threshold, and all four errors.

python benchmarks/metrics.py [--height 1080 --width 1920]
"""

import argparse
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tests'))

import cv2
import numpy as np
from oracles import connectivity as oracle

from lsmatting_plugin.datasets.procedural import make_foreground
from lsmatting_plugin.evaluation.functional import ERRORS, connectivity_error
from lsmatting_plugin.trimap import trimap_of_mask


def main() -> None:
    """Prints a line per kind of matte, then the time of each error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--height', type=int, default=1080, help='pixels (default: %(default)s)')
    parser.add_argument('--width', type=int, default=1920, help='pixels (default: %(default)s)')
    parser.add_argument('--runs', type=int, default=5, help='best of (default: %(default)s)')
    args = parser.parse_args()
    cv2.setNumThreads(1)
    shape = (args.height, args.width)
    cases = dict(hair=matte_of('hair', shape), mesh=matte_of('net', shape), noise=noise(shape))
    print('matte  unknown  regions  each threshold  one pass  ratio  differs by')
    for name, mattes in cases.items():
        labelled = partial(oracle.connectivity_error, *mattes, label=labelling())
        slow, expected, quick, found = side_by_side(
            labelled, partial(connectivity_error, *mattes), args.runs
        )
        unknown = (mattes[2] == 128).mean()
        print(
            f'{name:5}  {unknown:7.0%}  {most_regions(*mattes[:2]):7}  {slow:12.3f} s  '
            f'{quick:6.3f} s  {slow / quick:5.1f}  {abs(found - expected) / expected:10.1e}'
        )
    print('\nseconds per image   ' + '  '.join(f'{key:>17}' for key in ERRORS))
    for name, mattes in cases.items():
        seconds = [best(partial(error, *mattes), args.runs)[0] for error in ERRORS.values()]
        print(f'{name:18}  ' + '  '.join(f'{second:17.4f}' for second in seconds))


def matte_of(material: str, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A generated alpha, a noisy prediction of it, and a trimap."""
    rng = np.random.default_rng(0)
    _, alpha = make_foreground(max(shape) // 2, rng, material)
    gt = cv2.resize(alpha, shape[::-1], interpolation=cv2.INTER_LINEAR)
    trimap = trimap_of_mask(gt, 20)
    error = np.where(trimap == 128, rng.normal(0, 60, shape), 0)
    return np.clip(gt + error, 0, 255).astype(np.uint8), gt, trimap


def noise(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clouds, a noisy prediction of them, and nothing known."""
    rng = np.random.default_rng(0)
    clouds = cv2.GaussianBlur(rng.random(shape), (0, 0), 3)
    gt = np.clip(4 * (clouds - clouds.min()) / np.ptp(clouds) - 1.4, 0, 1)
    error = cv2.GaussianBlur(rng.normal(0, 0.4, shape), (0, 0), 1.5)
    pred, gt = (np.rint(255 * x.clip(0, 1)).astype(np.uint8) for x in (gt + error, gt))
    return pred, gt, np.full(shape, 128, np.uint8)


def labelling():
    """scikit-image's labelling, where it is installed, the faster; else SciPy's."""
    try:
        from skimage.measure import label
    except ImportError:
        return oracle.label_with_scipy
    return partial(label, connectivity=1)


def most_regions(pred: np.ndarray, gt: np.ndarray) -> int:
    """The largest number of regions at a threshold."""
    smaller = np.minimum(pred, gt) / np.float32(255)
    return max(oracle.label_with_scipy(smaller >= k / 10).max() for k in range(1, 11))


def side_by_side(slow, quick, runs: int) -> tuple[float, float, float, float]:
    """Best time and result of each, their runs taken in turns."""
    rounds = [(best(slow, 2), best(quick, 2)) for _ in range(runs)]
    slow_times, quick_times = zip(*rounds, strict=True)
    return *min(slow_times), *min(quick_times)


def best(work, runs: int) -> tuple[float, float]:
    """The shortest of several runs in seconds, and the result."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


if __name__ == '__main__':
    main()
