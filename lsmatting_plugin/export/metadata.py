"""What an exported network tells whoever runs it."""

import json
from pathlib import Path

from torch import Tensor

from ..models import LSAMattor
from ..trimap import BG_BELOW, FG_ABOVE
from ..version import __version__


def describe_prediction(model: LSAMattor) -> dict[str, str]:
    """All that leads from an image and its trimap to the network's input, and back to alpha.

    Args:
        model (LSAMattor): Its refiner, test-time augmentation and tiles are no part of this.

    Returns:
        dict: Values are JSON: ``config`` (its name), ``version`` (of this package),
        ``size_divisor``, ``reflect_margin``, ``zero_margin`` (pixels, see :func:`.add_frame`),
        ``mean`` and ``std`` (three numbers each, of colours in 0..1), ``channel_order`` ('rgb' or
        'bgr'), ``guide`` (one of :data:`.GUIDES`, or None), ``bg_below`` and ``fg_above`` (trimap
        values beyond which alpha is 0 and 1).
    """
    preprocessor = model.data_preprocessor
    config = getattr(model, 'cfg', None)
    facts = dict(
        config=Path(getattr(config, 'filename', None) or 'unnamed').stem,
        version=__version__,
        **{key: model.test_cfg[key] for key in ('size_divisor', 'reflect_margin', 'zero_margin')},
        mean=_shortest(preprocessor.mean),
        std=_shortest(preprocessor.std),
        channel_order='rgb' if preprocessor.bgr_to_rgb else 'bgr',
        guide=preprocessor.guide,
        bg_below=BG_BELOW,
        fg_above=FG_ABOVE,
    )
    return {key: json.dumps(value) for key, value in facts.items()}


def _shortest(values: Tensor) -> list[float]:
    """The shortest decimals that are these float32 numbers: 0.485, not 0.48500001430511475."""
    return [float(str(value)) for value in values.flatten().cpu().numpy()]
