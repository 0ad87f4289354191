"""What other programs call."""

from .inferencer import MattingInferencer
from .model import init_model

__all__ = ['MattingInferencer', 'init_model']
