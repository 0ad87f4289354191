"""Foreground colours: re-estimated for training."""

from .reestimate import reestimate_foreground

__all__ = ['reestimate_foreground']
