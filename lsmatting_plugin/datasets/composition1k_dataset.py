"""Testing on finished composites with their trimaps."""

from typing import Any

from ..image_files import images_by_stem, require_partners
from ..registry import DATASETS
from .base_dataset import MattingDataset
from .preparation import origin_of

COMPOSITION_ADVICE = (
    'docs/data.md says how to lay out Composition-1k; '
    '"python tools/dataset_converters/make_toy_dataset.py data/toy" generates a small set of the '
    'same layout.'
)


@DATASETS.register_module()
class Composition1kDataset(MattingDataset):
    """Composition-1k's test layout: folders of composites, trimaps and true alphas.

    The three are paired by file name without extension; every composite must have its trimap.

    Args:
        data_root (str): Holds the folders.
        data_prefix (dict): Folders ``merged``, ``trimap`` and ``alpha``; ``alpha=None`` predicts
            without ground truth.
        **kwargs: Those of mmengine's ``BaseDataset``; ``pipeline`` above all.

    Yields ``merged_path``, ``trimap_path`` and, with ground truth, ``alpha_path``.

    Raises:
        FileNotFoundError: A folder or the partner of an image is missing.
    """

    def __init__(self, data_root: str, data_prefix: dict | None = None, **kwargs: Any) -> None:
        folders = dict(merged='merged', trimap='trimaps', alpha='alpha_copy') | (data_prefix or {})
        folders = {key: folder for key, folder in folders.items() if folder is not None}
        kwargs.setdefault('test_mode', True)
        super().__init__(data_root=data_root, data_prefix=folders, **kwargs)

    def load_data_list(self) -> list[dict]:
        """One entry per composite, sorted by name."""
        merged_dir = self.data_prefix['merged']
        merged = images_by_stem(merged_dir, 'images to matte', COMPOSITION_ADVICE)
        data_list = [dict(merged_path=path) for path in merged.values()]
        for key, purpose in (('trimap', 'trimaps'), ('alpha', 'true alpha mattes')):
            if key not in self.data_prefix:
                continue
            folder = self.data_prefix[key]
            partners = images_by_stem(folder, purpose, COMPOSITION_ADVICE)
            require_partners(merged, partners, merged_dir, folder, COMPOSITION_ADVICE)
            for info, stem in zip(data_list, merged, strict=True):
                info[f'{key}_path'] = partners[stem]
        return data_list

    @property
    def description(self) -> str:
        """Which images, and how they were made, as far as their manifest tells."""
        origin = origin_of(self.data_prefix['merged'], len(self))
        return f'{super().description}, {origin}'
