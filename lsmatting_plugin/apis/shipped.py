"""The model that comes with the package."""

from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

WEIGHTS = Path(__file__).resolve().parents[1] / 'weights'


class ShippedModel(NamedTuple):
    """A config and the weights that fit it."""

    config: Path
    checkpoint: Path


def shipped_model() -> ShippedModel:
    """The default model: ``weights/NAME.py``, a config, and beside it ``NAME-<hash>.pth``.

    Raises:
        FileNotFoundError: The installation lacks them.
    """
    for config in sorted(WEIGHTS.glob('*.py')):
        for checkpoint in sorted(WEIGHTS.glob(f'{config.stem}-*.pth')):
            return ShippedModel(config, checkpoint)
    raise FileNotFoundError(
        f'{WEIGHTS} should hold the model that comes with this package; install it again, or give '
        'a config and a checkpoint'
    )


def or_shipped(config: str | Path | Config | None, checkpoint: str | Path | None) -> tuple:
    """Config and checkpoint as given; without a config those of :func:`shipped_model`.

    A checkpoint alone takes the place of its weights.
    """
    if config is not None:
        return config, checkpoint
    shipped = shipped_model()
    return shipped.config, checkpoint or shipped.checkpoint
