"""Training scenes as files: an image with its alpha, its trimap and its guide."""

import io
from pathlib import Path

import numpy as np

from ..trimap import UNKNOWN
from ..whole_files import write_file


def write_scene(results: dict, path: str | Path) -> None:
    """Keeps a training sample.

    Args:
        results (dict): ``merged`` (H, W, 3), ``alpha``, ``trimap`` (H, W) and ``guide`` (H, W, C),
            uint8.
        path (str | Path): Of a numpy array (H, W, 5 + C), uint8, of these in this order.
    """
    file = io.BytesIO()
    np.save(file, np.dstack([results[key] for key in ('merged', 'alpha', 'trimap', 'guide')]))
    write_file(file.getbuffer(), path)


def read_scene(path: str | Path) -> dict:
    """What :func:`write_scene` kept.

    Raises:
        ValueError: The file is not such a sample.
    """
    try:
        pixels = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f'{path} is no training scene, or cut short: {error}') from error
    if pixels.ndim != 3 or pixels.shape[2] < 6 or pixels.dtype != np.uint8:
        raise ValueError(
            f'{path} should hold uint8 (H, W, 5 + C), not {pixels.dtype} {pixels.shape}'
        )
    merged, alpha, trimap, guide = np.split(pixels, (3, 4, 5), axis=2)
    return dict(merged=merged, alpha=alpha[..., 0], trimap=trimap[..., 0], guide=guide)


def guide_error(path: str | Path) -> float:
    """Mean absolute error of a kept scene's guide over its unknown pixels, 0..1; 1 without any."""
    scene = read_scene(path)
    is_unknown = scene['trimap'] == UNKNOWN
    if not is_unknown.any():
        return 1.0
    drawn, true = scene['guide'][..., 0][is_unknown], scene['alpha'][is_unknown]
    return float(np.abs(drawn.astype(np.int16) - true).mean()) / 255
