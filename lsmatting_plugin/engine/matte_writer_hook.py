"""Predicted mattes as image files."""

from pathlib import Path

import numpy as np
import torch
from mmengine.hooks import Hook

from ..image_io import write_image
from ..registry import HOOKS
from ..structures import MattingDataSample
from ..visualization.tensor_picture import matte_picture
from .image_names import ImageNames


@HOOKS.register_module()
class MatteWriterHook(Hook):
    """Writes each matte of a test as an 8-bit PNG named after its image.

    Images of one name in different folders keep their folders below the one they share. Where the
    data set says under which name a benchmark wants the matte (``matte_name``), that is taken.

    Args:
        out_dir (str): Made when absent.
    """

    def __init__(self, out_dir: str) -> None:
        self.out_dir = Path(out_dir)

    def before_test(self, runner) -> None:
        """Finds the part of the images' paths that tells them apart."""
        self.names = ImageNames(runner.test_loop.dataloader.dataset)

    def after_test_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Writes the mattes of one batch."""
        for sample in outputs:
            write_matte(sample.output.pred_alpha, self.path_of(sample))

    def after_test(self, runner) -> None:
        """Says where the mattes are."""
        runner.logger.info(f'The mattes are in {self.out_dir}')

    def path_of(self, sample: MattingDataSample) -> Path:
        """The file of an image's matte."""
        if 'matte_name' in sample:
            return self.out_dir / sample.matte_name
        return (self.out_dir / self.names.of_file(sample.merged_path)).with_suffix('.png')


def write_matte(alpha: torch.Tensor | np.ndarray, path: str | Path) -> None:
    """Writes an alpha matte as 8-bit PNG, complete or not at all.

    Args:
        alpha (Tensor | ndarray): (H, W), float 0..1 or uint8 0..255.
        path (str | Path): Its folder is made when absent.
    """
    write_image(matte_picture(alpha), path)
