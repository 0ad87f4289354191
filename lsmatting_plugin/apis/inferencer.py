"""Mattes of single images, arrays in and arrays out."""

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, overload

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose

from ..config_io import read_config
from ..datasets.transforms import LimitSize, PackMattingInputs, RequireSameSize
from ..engine.matte_writer_hook import write_matte
from ..foreground import estimate_foreground
from ..models.prediction_options import set_prediction_options
from ..models.refiner import RefinementLoss
from ..photo import read_grey, read_photo
from ..registry import INFERENCERS
from ..trimap import snap_trimap
from ..whole_files import require_apart
from .arrays import require_array
from .model import init_model
from .shipped import or_shipped

PAPER_MAX_SIZE = 2176  # pixels
Image = str | Path | np.ndarray
Images = list[str] | list[Path] | list[np.ndarray] | list[Image] | tuple[Image, ...]


@INFERENCERS.register_module()
class MattingInferencer:
    """Predicts the alpha matte of an image with its trimap.

    Args:
        config (str | Path | Config, optional): Of the network; stays as it is. None is the model
            that comes with the package, with its weights.
        ckpt (str | Path, optional): Its weights, see :func:`init_model`.
        device (str | torch.device, optional): Defaults to a GPU where there is one.
        refine_steps (int): Steps of backpropagating refinement (the paper's: 100); 0 leaves it to
            the config's ``model.refiner``, 1 is the plain network.
        tta (str, optional): Test-time augmentation: 'flips' averages the mattes of 8 flips and
            transposes, 'flips+scales' those at 3 scales, 'flips+colours' in 12 colour versions.
            None leaves it to the config's ``model.tta``, 'none' switches that off.
        max_size (int | str, optional): A side above it is reduced to it, each side on its own, and
            the matte brought back to the image's size, as the paper does (section 5.5). None never
            resizes; 'auto' is the paper's 2176 without tiles, and None with them. As in the
            original, what was resized (also by 'flips+scales') is not made exact again where the
            trimap is known; :class:`.AlphaEstimator` does that.
        tile (int, optional): Side, in pixels, of the tiles in which the encoder sees the image, for
            photos that do not fit into memory as a whole; 1024 takes a 6000 x 4000 photo through
            the paper's network in 5 GB. None leaves it to the config's ``model.test_cfg``.
        dtype (str, optional): Of the encoder: 'float32', 'bfloat16', 'float16'; None as above.
        compiles (bool, optional): Whether torch compiles the encoder; None as above.
        strict (bool): Takes nothing but 0 and 255 of a trimap as known.
        progress (bool, optional): Whether a bar is shown while a matte is refined; None as above.
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
        strict: bool = False,
        progress: bool | None = None,
        on_refine_step: Callable[[int, RefinementLoss], None] | None = None,
    ) -> None:
        config, ckpt = or_shipped(config, ckpt)
        cfg = read_config(config)
        set_prediction_options(
            cfg,
            refine_steps=refine_steps or None,
            tta=tta,
            tile=tile,
            dtype=dtype,
            compiles=compiles,
            progress=progress,
        )
        self.model = init_model(cfg, ckpt, device)
        self.strict = strict
        self.name = Path(cfg.filename or 'unnamed').stem
        self.device = next(self.model.parameters()).device
        if on_refine_step is not None:
            if self.model.refiner is None:
                raise ValueError('on_refine_step needs refinement: give refine_steps too')
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

    @overload
    def __call__(
        self,
        img: Image,
        trimap: Image,
        result_out_dir: str | Path | None = None,
        return_fg: bool = False,
        batch_size: int = 1,
    ) -> dict[str, np.ndarray]: ...

    @overload
    def __call__(
        self,
        img: Images,
        trimap: Images,
        result_out_dir: str | Path | None = None,
        return_fg: bool = False,
        batch_size: int = 1,
    ) -> list[dict[str, np.ndarray]]: ...

    def __call__(
        self,
        img: Image | Images,
        trimap: Image | Images,
        result_out_dir: str | Path | None = None,
        return_fg: bool = False,
        batch_size: int = 1,
    ) -> dict[str, np.ndarray] | list[dict[str, np.ndarray]]:
        """The matte of one image, or those of several.

        Args:
            img (str | Path | ndarray): A file, or a BGR image (H, W, 3), uint8; or a list.
            trimap (str | Path | ndarray): A file, or (H, W), uint8: 0 background, 255 foreground,
                between them unknown; below 50 and above 200 count as known. Or a list.
            result_out_dir (str | Path, optional): Also writes the mattes there as PNG, named after
                the image files (``matte.png`` for an array).
            return_fg (bool): Also estimates the colours of the foreground alone.
            batch_size (int): How many images of a list go through the network together where they
                follow one another and have one size.

        Returns:
            dict: ``pred_alpha``, (H, W), float32, 0..1; on request ``pred_fg``, (H, W, 3), uint8,
            BGR. For lists a list of such.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: A file is no image, an array no image or trimap, their sizes differ, or
                mattes of several images would be written to one file, or one over its image.
        """
        if batch_size < 1:
            raise ValueError(f'batch_size must be at least 1, got {batch_size}')
        if not isinstance(img, list | tuple):
            return self._predict([self._load(img, trimap)], result_out_dir, return_fg)[0]
        if not isinstance(trimap, list | tuple):
            raise ValueError(f'a list of images needs a list of trimaps, not a {type(trimap)}')
        if len(img) != len(trimap):
            raise ValueError(f'{len(img)} images need as many trimaps, got {len(trimap)}')
        if result_out_dir is not None:
            _require_names(img)
        answers: list[dict[str, np.ndarray]] = []
        batch: list[dict] = []
        for pair in zip(img, trimap, strict=True):
            item = self._load(*pair)
            is_other = batch and item['merged'].shape != batch[0]['merged'].shape
            if len(batch) == batch_size or is_other:
                answers += self._predict(batch, result_out_dir, return_fg)
                batch = []
            batch.append(item)
        return answers + (self._predict(batch, result_out_dir, return_fg) if batch else [])

    def _load(self, img: Image, trimap: object) -> dict:
        """Image and trimap, checked, under the pipeline's keys."""
        results: dict = {}
        _take(results, 'merged', img, lambda path: read_photo(path).pixels_8bit)
        _take(results, 'trimap', trimap, read_grey)
        results['trimap'], num_snapped = snap_trimap(results['trimap'], self.strict)
        if num_snapped:
            name = results.get('trimap_path', 'the trimap')
            warnings.warn(
                f'{name}: {num_snapped} pixels near 0 or 255 count as known', stacklevel=3
            )
        return results

    @torch.no_grad()
    def _predict(
        self, batch: list[dict], result_out_dir: str | Path | None, return_fg: bool
    ) -> list[dict[str, np.ndarray]]:
        if result_out_dir is not None:
            for item in batch:
                _require_apart(item, result_out_dir)
        packed = [self.pipeline(dict(item)) for item in batch]
        data = {key: [sample[key] for sample in packed] for key in ('inputs', 'data_samples')}
        answers = []
        for item, sample in zip(batch, self.model.test_step(data), strict=True):
            alpha = sample.output.pred_alpha.cpu().numpy()
            if result_out_dir is not None:
                write_matte(alpha, _result_of(item, result_out_dir))
            answers.append(dict(pred_alpha=alpha))
            if return_fg:
                answers[-1]['pred_fg'] = estimate_foreground(item['merged'], alpha)
        return answers


def _result_of(item: dict, folder: str | Path) -> Path:
    """Where the matte of an image is written."""
    return Path(folder, _name(item.get('merged_path')))


def _require_apart(item: dict, folder: str | Path) -> None:
    sources = [item[key] for key in ('merged_path', 'trimap_path') if key in item]
    require_apart(_result_of(item, folder), sources)


def _name(img: object) -> str:
    """Of the file that the matte of an image is written to."""
    return f'{Path(img).stem}.png' if isinstance(img, str | Path) else 'matte.png'


def _require_names(images: Sequence[Image]) -> None:
    """Checks that each image's matte has a file of its own."""
    names = Counter(map(_name, images))
    for name, count in names.items():
        if count > 1:
            raise ValueError(
                f'{count} mattes would be written to one file, {name}; call for each on its own, '
                'with folders of their own'
            )


def _take(results: dict, key: str, image: object, read: Callable) -> None:
    """Puts an image under its key: from its file, or the array after checking it."""
    if isinstance(image, str | Path):
        results[f'{key}_path'] = str(image)
        results[key] = read(image)
    else:
        require_array(key, image, takes_paths=True)
        results[key] = np.ascontiguousarray(image)
    results[f'ori_{key}_shape'] = results[key].shape
