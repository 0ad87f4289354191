"""What other programs call."""

from .alpha_estimator import AlphaEstimator
from .inferencer import MattingInferencer
from .model import init_model
from .onnx_inferencer import OnnxInferencer

__all__ = ['AlphaEstimator', 'MattingInferencer', 'OnnxInferencer', 'init_model']
