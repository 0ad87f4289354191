"""Training scenes that were composited, marked and guided once, and are kept as files."""

import io
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from ..parallel import available_cores
from ..registry import DATASETS, TRANSFORMS
from ..trimap import UNKNOWN
from ..whole_files import write_file
from .base_dataset import MattingDataset
from .transforms.base import Transform

ADVICE = (
    'Make them by "python tools/dataset_converters/make_scenes.py CONFIG FOLDER", see '
    'configs/_base_/datasets/guided_scenes.py'
)


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


@DATASETS.register_module()
class ScenesDataset(MattingDataset):
    """A folder of scenes by :func:`write_scene`.

    Args:
        data_root (str): The folder.
        filter_cfg (dict, optional): ``max_error`` leaves out scenes whose guide errs by more, see
            :func:`guide_error`: generated ones can be harder than any photograph.
        **kwargs: Those of mmengine's ``BaseDataset``; ``pipeline`` above all.

    Yields ``scene_path`` to the pipeline.

    Raises:
        FileNotFoundError: There is no scene.
        ValueError: None is left, or a file is not a scene.
    """

    def load_data_list(self) -> list[dict]:
        """One entry per file."""
        paths = sorted(Path(self.data_root).glob('*.npy'))
        if not paths:
            raise FileNotFoundError(f'{self.data_root} should hold training scenes. {ADVICE}')
        return [dict(scene_path=str(path)) for path in paths]

    def filter_data(self) -> list[dict]:
        """The entries within ``max_error``."""
        limit = (self.filter_cfg or {}).get('max_error')
        if limit is None:
            return self.data_list
        with ThreadPoolExecutor(available_cores()) as pool:
            errors = list(pool.map(guide_error, [item['scene_path'] for item in self.data_list]))
        kept = [item for item, error in zip(self.data_list, errors, strict=True) if error <= limit]
        if not kept:
            raise ValueError(
                f'{self.data_root}: on all {len(errors)} scenes the guide errs by more than '
                f'max_error = {limit}; the least is {min(errors):.3f}'
            )
        print_log(
            f'{self.data_root}: {len(kept)} of {len(errors)} scenes, those on which the guide errs '
            f'by {limit} at most',
            'current',
            logging.INFO,
        )
        return kept


@TRANSFORMS.register_module()
class LoadScene(Transform):
    """Read a kept training sample.

    Required keys: ``scene_path``. Added keys: ``merged``, ``alpha``, ``trimap``, ``guide``, see
    :func:`write_scene`.

    Raises:
        ValueError: The file is not such a sample.
    """

    def transform(self, results: dict) -> dict:
        """Read it."""
        return results | read_scene(results['scene_path'])
