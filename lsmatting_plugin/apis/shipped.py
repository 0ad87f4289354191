"""The model that comes with the package."""

from pathlib import Path
from typing import NamedTuple

WEIGHTS = Path(__file__).resolve().parents[1] / 'weights'


class ShippedModel(NamedTuple):
    """A config and the weights that fit it."""

    config: Path
    checkpoint: Path


def shipped_model() -> ShippedModel | None:
    """The default model, or None where the package has no weights.

    ``weights/`` holds it as ``NAME.py``, a config, beside ``NAME-<hash>.pth``.
    """
    for config in sorted(WEIGHTS.glob('*.py')):
        for checkpoint in sorted(WEIGHTS.glob(f'{config.stem}-*.pth')):
            return ShippedModel(config, checkpoint)
    return None
