"""The benchmark of alphamatting.com: images that come with several trimaps each."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from ..image_files import images_by_stem, require_partners
from ..registry import DATASETS
from .base_dataset import MattingDataset
from .transforms.randomness import generator

ALPHAMATTING_ADVICE = (
    'alphamatting.com, "Datasets", offers the files; unpack them side by side, as '
    'docs/data.md shows.'
)
# Folders as the site's archives name them: its test set, its training set; then shorter names, with
# the trimaps' folders beside them.
LAYOUTS = (
    dict(merged='input_lowres', trimap='trimap_lowres', alpha='gt_lowres'),
    dict(
        merged='input_training_lowres', trimap='trimap_training_lowres', alpha='gt_training_lowres'
    ),
    dict(merged='input', trimap='', alpha='gt'),
)


@DATASETS.register_module()
class AlphamattingDataset(MattingDataset):
    """Images of alphamatting.com, each under ``Trimap1``, ``Trimap2`` and so on.

    To test, an item is an image with one of its trimaps; to train, an image that meets a random
    one of them each time it is drawn (fine-tuning of the paper).

    Args:
        data_root (str): Holds the folders.
        data_prefix (dict, optional): Folders ``merged``, ``trimap``, which holds a folder per
            trimap, and ``alpha``. Those not given are those of the first of ``LAYOUTS`` whose
            images are there.
        trimaps (Sequence[int], optional): Numbers of the trimaps to use. None is all there are.
        draws_trimap (bool): Whether an item is an image, which meets a trimap when it is drawn.
            Then each image must have its true alpha.
        **kwargs: Those of mmengine's ``BaseDataset``; ``pipeline`` above all.

    Yields ``merged_path``, ``trimap_path``, with ground truth ``alpha_path``, and ``matte_name``,
    under which the benchmark wants the matte: ``Trimap1/doll.png``.

    Raises:
        FileNotFoundError: A folder or the partner of an image is missing.
    """

    def __init__(
        self,
        data_root: str,
        data_prefix: dict | None = None,
        trimaps: Sequence[int] | None = None,
        draws_trimap: bool = False,
        **kwargs: Any,
    ) -> None:
        self.trimaps = trimaps
        self.draws_trimap = draws_trimap
        given = data_prefix or {}
        folders = _layout(data_root, given.get('merged')) | given
        kwargs.setdefault('test_mode', not draws_trimap)
        super().__init__(data_root=data_root, data_prefix=folders, **kwargs)

    def load_data_list(self) -> list[dict]:
        """One entry per trimap and image; to train, one per image."""
        merged_dir = self.data_prefix['merged']
        merged = images_by_stem(merged_dir, 'images', ALPHAMATTING_ADVICE)
        alphas = self._alphas(merged)
        items = []
        for folder in self._trimap_folders():
            trimaps = images_by_stem(folder, 'trimaps', ALPHAMATTING_ADVICE)
            require_partners(merged, trimaps, merged_dir, folder, ALPHAMATTING_ADVICE)
            for stem, path in merged.items():
                item = dict(merged_path=path, trimap_path=trimaps[stem])
                if stem in alphas:
                    item['alpha_path'] = alphas[stem]
                item['matte_name'] = f'{folder.name.capitalize()}/{stem}.png'
                items.append(item)
        if not self.draws_trimap:
            return items
        self.items_by_image: dict[str, list[dict]] = {path: [] for path in merged.values()}
        for item in items:
            self.items_by_image[item['merged_path']].append(item)
        return [dict(merged_path=path) for path in self.items_by_image]

    def choose(self, results: dict) -> dict:
        """To train, adds one of the image's trimaps and its alpha."""
        if not self.draws_trimap:
            return results
        items = self.items_by_image[results['merged_path']]
        return results | items[generator(results).integers(len(items))]

    def _alphas(self, merged: dict[str, str]) -> dict[str, str]:
        """The true alphas that are there; to train, all."""
        folder = Path(self.data_prefix['alpha'])
        if self.draws_trimap:
            alphas = images_by_stem(folder, 'true alpha mattes', ALPHAMATTING_ADVICE)
            merged_dir = self.data_prefix['merged']
            require_partners(merged, alphas, merged_dir, folder, ALPHAMATTING_ADVICE)
            return alphas
        alphas = {}
        if folder.is_dir():
            alphas = images_by_stem(folder, 'true alpha mattes', ALPHAMATTING_ADVICE)
        missing = len(merged.keys() - alphas.keys())
        if missing:
            print_log(
                f'{missing} of {len(merged)} images have no true alpha in {folder}; their mattes '
                'are predicted and not scored',
                logger='current',
                level=logging.INFO,
            )
        return alphas

    def _trimap_folders(self) -> list[Path]:
        """The folders of the trimaps asked for, in the order of their numbers."""
        base = Path(self.data_prefix['trimap'])
        found: dict[int, Path] = {}
        for path in base.iterdir() if base.is_dir() else ():
            match = re.fullmatch(r'trimap(\d+)', path.name, re.IGNORECASE)
            if not match or not path.is_dir():
                continue
            number = int(match[1])
            if number in found:
                raise ValueError(f'{found[number]} and {path} have the same number; remove one')
            found[number] = path
        wanted = sorted(found) if self.trimaps is None else self.trimaps
        absent = [number for number in wanted if number not in found]
        if absent or not wanted:
            raise FileNotFoundError(
                f'{base} should hold the trimaps, in folders named '
                f'{", ".join(f"Trimap{number}" for number in absent or (1, 2, 3))}. '
                f'{ALPHAMATTING_ADVICE}'
            )
        return [found[number] for number in wanted]


def _layout(root: str, merged: str | None) -> dict[str, str]:
    """The layout with this folder of images; else the first whose images are there."""
    for layout in LAYOUTS:
        if layout['merged'] == merged:
            return layout
    there = (layout for layout in LAYOUTS if Path(root, layout['merged']).is_dir())
    return next(there, LAYOUTS[0])
