"""A data set of training scenes that were composited, marked and guided once."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mmengine.logging import print_log

from ..parallel import available_cores
from ..registry import DATASETS
from .base_dataset import MattingDataset
from .scene_files import guide_error

ADVICE = (
    'Make them by "python tools/dataset_converters/make_scenes.py CONFIG FOLDER", see '
    'configs/_base_/datasets/guided_scenes.py'
)


@DATASETS.register_module()
class ScenesDataset(MattingDataset):
    """A folder of scenes by :func:`.write_scene`.

    Args:
        data_root (str): The folder.
        filter_cfg (dict, optional): ``max_error`` leaves out scenes whose guide errs by more, see
            :func:`.guide_error`: generated ones can be harder than any photograph.
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
