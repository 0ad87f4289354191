"""Matting errors: functions on numpy arrays, and the metrics that a Runner logs."""

from .functional import connectivity_error, gradient_error, mse, sad
from .metrics import SAD, ConnectivityError, GradientError, MattingMetric, MattingMSE

__all__ = [
    'SAD',
    'ConnectivityError',
    'GradientError',
    'MattingMSE',
    'MattingMetric',
    'connectivity_error',
    'gradient_error',
    'mse',
    'sad',
]
