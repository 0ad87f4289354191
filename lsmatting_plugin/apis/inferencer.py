"""Mattes of single images, arrays in and arrays out."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose

from ..datasets.transforms import LimitSize, LoadImage, PackMattingInputs, RequireSameSize
from ..engine.matte_writer_hook import write_matte
from ..models.prediction_options import set_prediction_options
from ..models.refiner import RefinementLoss
from ..registry import INFERENCERS
from .model import init_model, read_config
from .shipped import shipped_model

PAPER_MAX_SIZE = 2176  # pixels


@INFERENCERS.register_module()
class MattingInferencer:
    """Predicts the alpha matte of an image with its trimap.

    Args:
        config (str | Path | Config, optional): Of the network; stays as it is. None is the model
            that comes with the package, with its weights.
        ckpt (str | Path, optional): Its weights, see :func:`init_model`.
        device (str | torch.device, optional): Defaults to a GPU where there is one.
        refine_steps (int): Steps of backpropagating refinement (the paper's: 100); 0 leaves it to
            the config's ``model.refiner``.
        tta (str, optional): Test-time augmentation: 'flips' averages the mattes of 8 flips and
            transposes, 'flips+scales' those at 3 scales, 'flips+colours' in 12 colour versions.
            None leaves it to the config's ``model.tta``.
        max_size (int | str, optional): A side above it is reduced to it, each side on its own, and
            the matte brought back to the image's size, as the paper does (section 5.5). None never
            resizes; 'auto' is the paper's 2176 without tiles, and None with them.
        tile (int, optional): Side, in pixels, of the tiles in which the encoder sees the image, for
            photos that do not fit into memory as a whole; 1024 takes a 6000 x 4000 photo through
            the paper's network in 5 GB. None leaves it to the config's ``model.test_cfg``.
        dtype (str, optional): Of the encoder: 'float32', 'bfloat16', 'float16'; None as above.
        compiles (bool, optional): Whether torch compiles the encoder; None as above.
        progress (bool): Shows a bar while a matte is refined.
        on_refine_step (callable, optional): See :class:`.BackpropRefiner`.

    Attributes:
        model (LSAMattor): The network.
        name (str): Of its config.
        device (torch.device): Where it computes.

    Example:
        >>> inferencer = MattingInferencer('configs/lsm_r50_aim.py', 'lsm_r50_aim.pth')
        >>> alpha = inferencer('photo.jpg', 'trimap.png')['pred_alpha']
    """

    def __init__(
        self,
        config: str | Path | Config | None = None,
        ckpt: str | Path | None = None,
        device: str | torch.device | None = None,
        refine_steps: int = 0,
        tta: str | None = None,
        max_size: int | Literal['auto'] | None = 'auto',
        tile: int | None = None,
        dtype: str | None = None,
        compiles: bool | None = None,
        progress: bool = False,
        on_refine_step: Callable[[int, RefinementLoss], None] | None = None,
    ) -> None:
        if config is None:
            config, ckpt = _shipped(ckpt)
        config = deepcopy(read_config(config))
        set_prediction_options(
            config,
            refine_steps=refine_steps or None,
            tta=tta,
            tile=tile,
            dtype=dtype,
            compiles=compiles,
            progress=progress,
        )
        self.model = init_model(config, ckpt, device)
        self.name = Path(config.filename or 'unnamed').stem
        self.device = next(self.model.parameters()).device
        if self.model.refiner is not None:
            self.model.refiner.on_step = on_refine_step
        if max_size == 'auto':
            max_size = PAPER_MAX_SIZE if self.model.test_cfg['tile'] is None else None
        self.pipeline = Compose(
            [
                RequireSameSize(keys=('merged', 'trimap')),
                LimitSize(max_size),
                PackMattingInputs(keys=('trimap',)),
            ]
        )

    @torch.no_grad()
    def __call__(
        self,
        img: str | Path | np.ndarray,
        trimap: str | Path | np.ndarray,
        result_out_dir: str | Path | None = None,
    ) -> dict[str, np.ndarray]:
        """The matte of one image.

        Args:
            img (str | Path | ndarray): A file, or a BGR image (H, W, 3), uint8.
            trimap (str | Path | ndarray): A file, or (H, W), uint8: 0 background, 255 foreground.
            result_out_dir (str | Path, optional): Also writes the matte there as PNG, named after
                the image file (``matte.png`` for an array).

        Returns:
            dict: ``pred_alpha``, (H, W), float32, 0..1.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: A file is no image, an array no image or trimap, or their sizes differ.
        """
        results = {}
        _take(results, 'merged', img, 'color')
        _take(results, 'trimap', trimap, 'grayscale')
        packed = self.pipeline(results)
        batch = dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']])
        alpha = self.model.test_step(batch)[0].output.pred_alpha.cpu().numpy()
        if result_out_dir is not None:
            name = Path(results.get('merged_path', 'matte')).stem
            write_matte(alpha, Path(result_out_dir, f'{name}.png'))
        return dict(pred_alpha=alpha)


def _shipped(ckpt: str | Path | None) -> tuple[Path, Path]:
    """Config and weights of the default model; a checkpoint takes the place of its weights."""
    shipped = shipped_model()
    if shipped is None:
        raise FileNotFoundError(
            'This version of the package comes without weights: give a config and a checkpoint, '
            'as in MattingInferencer(config, checkpoint)'
        )
    return shipped.config, ckpt or shipped.checkpoint


def _take(results: dict, key: str, image: str | Path | np.ndarray, color: str) -> None:
    """Puts an image under its key: from its file, or the array after checking it."""
    if isinstance(image, str | Path):
        results[f'{key}_path'] = str(image)
        LoadImage(key, color).transform(results)
        return
    shape = '(H, W, 3)' if color == 'color' else '(H, W)'
    channels = (3,) if color == 'color' else ()
    if image.dtype != np.uint8 or image.ndim < 2 or image.shape[2:] != channels or not image.size:
        raise ValueError(f'{key} must be uint8 {shape}, not {image.dtype} {image.shape}')
    results[key] = np.ascontiguousarray(image)
    results[f'ori_{key}_shape'] = image.shape
