"""The network and its parts."""

from ..checkpoint_loader import load_from_safe  # registered with mmengine
from .data_preprocessor import MattingPreprocessor
from .decoder import LSADecoder
from .encoder import MattingResNetV1d
from .losses import MultiScaleAlphaLoss
from .mattor import LSAMattor
from .official_checkpoint import from_official, to_official
from .prediction_network import PredictionNetwork
from .refiner import BackpropRefiner
from .skip import ASPPSkip, IdentitySkip
from .tta import MattingTTA

__all__ = [
    'ASPPSkip',
    'BackpropRefiner',
    'IdentitySkip',
    'LSADecoder',
    'LSAMattor',
    'MattingPreprocessor',
    'MattingResNetV1d',
    'MattingTTA',
    'MultiScaleAlphaLoss',
    'PredictionNetwork',
    'from_official',
    'load_from_safe',
    'to_official',
]
