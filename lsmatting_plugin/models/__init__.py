"""The network and its parts."""

from .data_preprocessor import MattingPreprocessor
from .decoder import LSADecoder
from .encoder import MattingResNetV1d
from .losses import MultiScaleAlphaLoss
from .mattor import LSAMattor
from .official_checkpoint import from_official
from .skip import ASPPSkip, IdentitySkip

__all__ = [
    'ASPPSkip',
    'IdentitySkip',
    'LSADecoder',
    'LSAMattor',
    'MattingPreprocessor',
    'MattingResNetV1d',
    'MultiScaleAlphaLoss',
    'from_official',
]
