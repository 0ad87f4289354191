"""Foreground colours: re-estimated for training, estimated for cut-outs."""

from .alternatives import reestimate_cf, reestimate_ml
from .estimate import estimate_foreground
from .reestimate import reestimate_foreground
from .smoothness import roughness

__all__ = [
    'estimate_foreground',
    'reestimate_cf',
    'reestimate_foreground',
    'reestimate_ml',
    'roughness',
]
