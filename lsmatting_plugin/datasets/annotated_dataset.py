"""Training and testing from mmedit's JSON annotation lists."""

import json
from pathlib import Path
from typing import Any

from ..registry import DATASETS
from .base_dataset import MattingDataset


@DATASETS.register_module()
class AnnotatedMattingDataset(MattingDataset):
    """Items listed in a JSON file, as mmedit's ``AdobeComp1kDataset`` reads them.

    The file is a list, or a dict with ``data_list`` (and ``metainfo``), of items such as::

        {"alpha_path": "alpha/0.png", "fg_path": "fg/0.png", "bg_path": "bg/0.png",
         "merged_path": "merged/0.png", "trimap_path": "trimap/0.png"}

    whose values are relative to ``data_root``. Keys without ``_path`` are understood too; other
    keys than these five are an error.

    Args:
        ann_file (str): The JSON file, relative to ``data_root`` or absolute.
        data_root (str): Folder to which the paths are relative.
        **kwargs: Those of mmengine's ``BaseDataset``; ``pipeline`` above all.

    Raises:
        FileNotFoundError: The annotation file is absent.
        ValueError: It is not such a list.
    """

    KEYS = ('alpha_path', 'fg_path', 'bg_path', 'merged_path', 'trimap_path')

    def __init__(self, ann_file: str, data_root: str = '', **kwargs: Any) -> None:
        super().__init__(ann_file=ann_file, data_root=data_root, **kwargs)

    def load_data_list(self) -> list[dict]:
        """The items of the annotation file, their paths joined to ``data_root``."""
        if not Path(self.ann_file).is_file():
            raise FileNotFoundError(
                f'No annotation file {self.ann_file}. It should be a JSON list of items with '
                f'{", ".join(self.KEYS)}, as mmedit writes for Composition-1k'
            )
        try:
            annotations = json.loads(Path(self.ann_file).read_text(encoding='utf-8'))
        except (ValueError, RecursionError) as error:
            raise ValueError(f'{self.ann_file} is not JSON: {error}') from error
        items = annotations.get('data_list') if isinstance(annotations, dict) else annotations
        if not isinstance(items, list) or not items:
            raise ValueError(f'{self.ann_file} should hold a non-empty list of items')
        return [self._item(number, item) for number, item in enumerate(items)]

    def _item(self, number: int, item: dict) -> dict:
        if not isinstance(item, dict):
            raise ValueError(
                f'Item {number} of {self.ann_file} is {item!r}; expected is a dict of paths under '
                f'{", ".join(self.KEYS)}'
            )
        paths = {}
        for key, value in item.items():
            key = key if key.endswith('_path') else f'{key}_path'
            if key not in self.KEYS or not isinstance(value, str):
                raise ValueError(
                    f'Item {number} of {self.ann_file} has {key.removesuffix("_path")!r}: '
                    f'{value!r}; expected are paths under {", ".join(self.KEYS)}'
                )
            paths[key] = str(Path(self.data_root, value))
        return paths
