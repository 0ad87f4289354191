"""Training on foregrounds and backgrounds that are composited on the fly."""

import logging
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from ..image_files import images_by_stem, require_partners
from ..registry import DATASETS
from .base_dataset import MattingDataset
from .transforms.randomness import generator

AIM_ADVICE = (
    'docs/data.md says how to lay out Adobe Image Matting; '
    '"python tools/dataset_converters/make_toy_dataset.py data/toy" generates a small set of the '
    'same layout.'
)


@DATASETS.register_module()
class AIMDataset(MattingDataset):
    """Adobe Image Matting's training layout: folders of foregrounds, alphas and backgrounds.

    An item is a background; each time it is drawn it meets a random foreground (paper, section on
    training: an epoch is one pass over the backgrounds). Foreground and alpha are paired by file
    name without extension (``.png`` may meet ``.jpg``).

    Args:
        data_root (str): Holds the folders.
        data_prefix (dict): Folders ``fg``, ``alpha`` and ``bg``.
        reestimated_fg (str, optional): Folder of re-estimated foregrounds, named as those in
            ``fg``. Where it is present it takes the place of ``fg``; where not, a note says so.
            None uses ``fg`` (the paper's comparison).
        **kwargs: Those of mmengine's ``BaseDataset``; ``pipeline`` above all.

    Yields ``fg_path``, ``alpha_path`` and ``bg_path`` to the pipeline.

    Raises:
        FileNotFoundError: A folder or the partner of an image is missing.
    """

    def __init__(
        self,
        data_root: str,
        data_prefix: dict | None = None,
        reestimated_fg: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.reestimated_fg = reestimated_fg
        data_prefix = dict(fg='fg', alpha='alpha', bg='coco_bg') | (data_prefix or {})
        super().__init__(data_root=data_root, data_prefix=data_prefix, **kwargs)

    def load_data_list(self) -> list[dict]:
        """One entry per background; foregrounds are kept apart, in ``self.foregrounds``."""
        alpha_dir = self.data_prefix['alpha']
        fgs = images_by_stem(self.data_prefix['fg'], 'foreground images', AIM_ADVICE)
        alphas = images_by_stem(alpha_dir, 'alpha mattes', AIM_ADVICE)
        backgrounds = images_by_stem(self.data_prefix['bg'], 'background photographs', AIM_ADVICE)
        require_partners(fgs, alphas, self.data_prefix['fg'], alpha_dir, AIM_ADVICE)
        colours = self._reestimated(fgs) or fgs
        self.foregrounds = [
            dict(fg_path=colours[stem], alpha_path=alphas[stem]) for stem in sorted(fgs)
        ]
        return [dict(bg_path=path) for path in backgrounds.values()]

    def _reestimated(self, fgs: dict[str, str]) -> dict[str, str] | None:
        """The re-estimated foregrounds, where they are wanted and there."""
        if self.reestimated_fg is None:
            print_log(f'Foregrounds are read from {self.data_prefix["fg"]}', logger='current')
            return None
        folder = Path(self.data_root, self.reestimated_fg)
        command = f'python tools/reestimate_foreground.py {self.data_root}'
        if not folder.is_dir():
            print_log(
                f'Foregrounds are read from {self.data_prefix["fg"]} as they are: there is no '
                f'folder {folder}. The paper re-estimates them first: {command}',
                logger='current',
                level=logging.WARNING,
            )
            return None
        colours = images_by_stem(folder, 're-estimated foregrounds', f'To make them: {command}')
        advice = f'To complete it: {command}'
        require_partners(fgs, colours, self.data_prefix['fg'], folder, advice)
        print_log(f'Foregrounds are read from {folder}, re-estimated', logger='current')
        return colours

    def choose(self, results: dict) -> dict:
        """Adds a random foreground to the background."""
        choice = generator(results).integers(len(self.foregrounds))
        return results | self.foregrounds[choice]
