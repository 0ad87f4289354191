"""The benchmark of alphamatting.com: images that come with several trimaps each."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from mmengine.logging import print_log

from ..image_files import images_by_stem, require_partners
from ..registry import DATASETS
from .base_dataset import MattingDataset
from .transforms.randomness import generator

ALPHAMATTING_ADVICE = (
    'alphamatting.com, "Datasets", offers the files; unpack them side by side, as the README, '
    '"Data preparation", shows.'
)
# As the site's archives name their folders, its test set first, and shorter names.
FOLDERS = dict(
    merged=('input_lowres', 'input_training_lowres', 'input'),
    trimap=('trimap_lowres', 'trimap_training_lowres', ''),
    alpha=('gt_lowres', 'gt_training_lowres', 'gt'),
)


@DATASETS.register_module()
class AlphamattingDataset(MattingDataset):
    """Images of alphamatting.com, each under ``Trimap1``, ``Trimap2`` and so on.

    To test, an item is an image with one of its trimaps; to train, an image that meets a random
    one of them each time it is drawn (fine-tuning of the paper).

    Args:
        data_root (str): Holds the folders.
        data_prefix (dict, optional): Folders ``merged``, ``trimap``, which holds a folder per
            trimap, and ``alpha``. Those not given are the first of ``FOLDERS`` that are there.
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
        **kwargs,
    ) -> None:
        self.trimaps = trimaps
        self.draws_trimap = draws_trimap
        found = {key: _first_folder(data_root, names) for key, names in FOLDERS.items()}
        kwargs.setdefault('test_mode', not draws_trimap)
        super().__init__(data_root=data_root, data_prefix=found | (data_prefix or {}), **kwargs)

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
        self.versions = {path: [] for path in merged.values()}
        for item in items:
            self.versions[item['merged_path']].append(item)
        return [dict(merged_path=path) for path in self.versions]

    def choose(self, results: dict) -> dict:
        """To train, adds one of the image's trimaps and its alpha."""
        if not self.draws_trimap:
            return results
        versions = self.versions[results['merged_path']]
        return results | versions[generator(results).integers(len(versions))]

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
        found = {}
        for path in base.iterdir() if base.is_dir() else ():
            number = re.fullmatch(r'trimap(\d)', path.name, re.IGNORECASE)
            if number and path.is_dir():
                found[int(number[1])] = path
        wanted = sorted(found) if self.trimaps is None else self.trimaps
        absent = [number for number in wanted if number not in found]
        if absent or not wanted:
            raise FileNotFoundError(
                f'{base} should hold the trimaps, in folders named '
                f'{", ".join(f"Trimap{number}" for number in absent or (1, 2, 3))}. '
                f'{ALPHAMATTING_ADVICE}'
            )
        return [found[number] for number in wanted]


def _first_folder(root: str, names: Sequence[str]) -> str:
    """The first name of a folder below the root that is there, else the first."""
    return next((name for name in names if Path(root, name).is_dir()), names[0])
