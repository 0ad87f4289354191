"""The options of prediction by the names that tools and inferencer share."""

from mmengine.config import Config

from ..registry import MODELS
from .mattor import LSAMattor
from .tta import TTA_OPTIONS


def set_prediction_options(
    cfg: Config,
    refine_steps: int | None = None,
    tta: str | None = None,
    tile: int | None = None,
    dtype: str | None = None,
    compiles: bool | None = None,
    progress: bool | None = None,
) -> None:
    """Writes options of prediction into a config; None leaves it as it is.

    Where the encoder sees tiles, by the config or by ``tile``, test images are not reduced.

    Args:
        cfg (Config): Changed in place.
        refine_steps (int, optional): Steps of backpropagating refinement; 0 switches it off.
        tta (str, optional): 'none', 'flips', 'flips+scales' or 'flips+colours'.
        tile (int, optional): Side of the tiles in which the encoder sees an image, pixels; 0
            shows it the whole.
        dtype (str, optional): Of the encoder: 'float32', 'bfloat16' or 'float16'.
        compiles (bool, optional): Whether torch compiles the encoder.
        progress (bool, optional): Whether refinement shows a bar.

    Raises:
        ValueError: There is no such ``tta``, or the model knows no such options.
    """
    model = cfg.model
    model_class = MODELS.get(model.type)
    if not (isinstance(model_class, type) and issubclass(model_class, LSAMattor)):
        if any(option is not None for option in (refine_steps, tta, tile, dtype, compiles)):
            raise ValueError(
                f'Refinement, augmentation and tiles are options of LSAMattor, not of {model.type}'
            )
        return
    if refine_steps is not None:
        refiner = model.get('refiner') or dict(type='BackpropRefiner')
        model.refiner = dict(refiner, steps=refine_steps) if refine_steps else None
    if progress is not None and model.get('refiner'):
        model.refiner.progress = progress
    if tta is not None:
        if tta not in TTA_OPTIONS:
            raise ValueError(f'tta must be one of {list(TTA_OPTIONS)}, not {tta!r}')
        model.tta = TTA_OPTIONS[tta]
    given: dict[str, object] = dict(tile=tile, dtype=dtype, compile=compiles)
    test_cfg = {key: value for key, value in given.items() if value is not None}
    if tile == 0:
        test_cfg['tile'] = None
    model.test_cfg = {**(model.get('test_cfg') or {}), **test_cfg}
    if model.test_cfg.get('tile'):
        _lift_size_limits(cfg.get('test_dataloader'))


def _lift_size_limits(node: object) -> None:
    """Images that are seen in tiles are not reduced to the paper's size."""
    if isinstance(node, dict):
        if node.get('type') == 'LimitSize':
            node['max_size'] = None
        node = node.values()
    elif not isinstance(node, list | tuple):
        return
    for item in node:
        _lift_size_limits(item)
