"""What the network makes of a few validation images, as the training goes on."""

from pathlib import Path

import numpy as np
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.visualization import LocalVisBackend
from torch import Tensor

from ..evaluation.functional import sad
from ..evaluation.metrics import image_name
from ..image_io import write_image
from ..registry import HOOKS
from ..structures import MattingDataSample
from ..visualization import contact_sheet
from ..visualization.shrunk import shrunk
from ..visualization.tensor_picture import as_picture, matte_picture

TITLES = ('image', 'trimap', 'prediction', 'true alpha')


@HOOKS.register_module()
class ValidationSheetHook(Hook):
    """Draws the first validation images beside their predictions and true mattes.

    After each validation of a training the sheet is ``validation/epoch_20.jpg`` of the work folder
    (``iter_...`` in trainings by iterations), and goes to TensorBoard. Of several processes it
    shows the main one's images.

    Args:
        num_images (int): Rows.
        cell_size (int): Side of a picture, pixels; larger images are reduced.
    """

    def __init__(self, num_images: int = 4, cell_size: int = 240) -> None:
        self.num_images = num_images
        self.cell_size = cell_size
        self.is_training = False

    def before_train(self, runner) -> None:
        """From here on validations are those of a training."""
        self.is_training = True

    def after_train(self, runner) -> None:
        """No more."""
        self.is_training = False

    def before_val_epoch(self, runner) -> None:
        """Starts a sheet."""
        self._rows: list[list[np.ndarray]] = []
        self._captions: list[str] = []

    def after_val_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Adds the images of a batch, as long as there is room."""
        if not self.is_training or not is_main_process():
            return
        for image, sample in zip(data_batch['inputs'], outputs, strict=True):
            if len(self._rows) < self.num_images:
                pictures, caption = row_of(image, sample, number=len(self._rows))
                # As thumbnails: four photographs would be hundreds of megabytes.
                self._rows.append([shrunk(picture, self.cell_size)[0] for picture in pictures])
                self._captions.append(caption)

    def after_val_epoch(self, runner, metrics: dict[str, float] | None = None) -> None:
        """Writes the sheet."""
        if not self._rows:
            return
        sheet = contact_sheet(self._rows, TITLES, self._captions, cell_size=self.cell_size)
        unit = 'epoch' if runner.log_processor.by_epoch else 'iter'
        step = getattr(runner, unit)
        try:
            write_image(sheet, Path(runner.work_dir, 'validation', f'{unit}_{step}.jpg'))
            for backend in runner.visualizer._vis_backends.values():
                if not isinstance(backend, LocalVisBackend):  # which would write it again
                    backend.add_image('validation', sheet[..., ::-1], step)
        except OSError as error:
            runner.logger.warning(f'No pictures of this validation: {error}')


def row_of(
    image: Tensor, sample: MattingDataSample, number: int = 0
) -> tuple[list[np.ndarray], str]:
    """A row of the sheet.

    Args:
        image (Tensor): (3, H, W), BGR, 0..255.
        sample (MattingDataSample): With ``output.pred_alpha``; ``ori_trimap`` or ``trimap``, and
            ``ori_alpha``, are shown where present.
        number (int): By which an image without a path is called.

    Returns:
        tuple[list[ndarray], str]: Image, trimap, prediction and true alpha, uint8, black where it
        is not known; and the name, with the sum of absolute differences where it can be told.
    """
    merged, pred_alpha = as_picture(image), matte_picture(sample.output.pred_alpha)
    shown = ('trimap', 'ori_trimap', 'ori_alpha')
    known = {key: as_picture(sample.get(key)) for key in shown if key in sample}
    nothing = np.zeros_like(pred_alpha)
    trimap = known.get('ori_trimap', known.get('trimap', nothing))
    gt_alpha = known.get('ori_alpha')
    caption = image_name(sample, number)
    if gt_alpha is not None and trimap.shape == gt_alpha.shape == pred_alpha.shape:
        caption += f': SAD {sad(pred_alpha, gt_alpha, trimap):.2f}'
    return [merged, trimap, pred_alpha, nothing if gt_alpha is None else gt_alpha], caption
