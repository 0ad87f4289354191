"""Training crops that were composited, marked and guided once, and are kept as files."""

import io
from pathlib import Path

import numpy as np

from ..image_io import write_file
from ..registry import DATASETS, TRANSFORMS
from .base_dataset import MattingDataset
from .transforms.base import Transform

ADVICE = (
    'Make them by "python tools/dataset_converters/make_crops.py CONFIG FOLDER", see '
    'configs/_base_/datasets/generated_scenes.py'
)


def write_crop(results: dict, path: str | Path) -> None:
    """Keeps a training sample.

    Args:
        results (dict): ``merged`` (H, W, 3), ``alpha``, ``trimap`` (H, W) and ``guide`` (H, W, C),
            uint8.
        path (str | Path): Of a numpy array (H, W, 5 + C), uint8, of these in this order.
    """
    file = io.BytesIO()
    np.save(file, np.dstack([results[key] for key in ('merged', 'alpha', 'trimap', 'guide')]))
    write_file(file.getbuffer(), path)


@DATASETS.register_module()
class CropsDataset(MattingDataset):
    """A folder of crops by :func:`write_crop`.

    Args:
        data_root (str): The folder.
        **kwargs: Those of mmengine's ``BaseDataset``; ``pipeline`` above all.

    Yields ``crop_path`` to the pipeline.

    Raises:
        FileNotFoundError: There is no crop.
    """

    def load_data_list(self) -> list[dict]:
        """One entry per file."""
        paths = sorted(Path(self.data_root).glob('*.npy'))
        if not paths:
            raise FileNotFoundError(f'{self.data_root} should hold training crops. {ADVICE}')
        return [dict(crop_path=str(path)) for path in paths]


@TRANSFORMS.register_module()
class LoadCrop(Transform):
    """Read a kept training sample.

    Required keys: ``crop_path``. Added keys: ``merged``, ``alpha``, ``trimap``, ``guide``, see
    :func:`write_crop`.

    Raises:
        ValueError: The file is not such a sample.
    """

    def transform(self, results: dict) -> dict:
        """Read it."""
        path = results['crop_path']
        try:
            pixels = np.load(path, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise ValueError(f'{path} is no training crop, or cut short: {error}') from error
        if pixels.ndim != 3 or pixels.shape[2] < 6 or pixels.dtype != np.uint8:
            raise ValueError(
                f'{path} should hold uint8 (H, W, 5 + C), not {pixels.dtype} {pixels.shape}'
            )
        merged, alpha, trimap, guide = np.split(pixels, (3, 4, 5), axis=2)
        results.update(merged=merged, alpha=alpha[..., 0], trimap=trimap[..., 0], guide=guide)
        return results
