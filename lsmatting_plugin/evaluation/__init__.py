"""Matting errors: functions on numpy arrays, and the metrics that a Runner logs."""

from .evaluator import MattingEvaluator
from .functional import (
    connectivity_error,
    errors_by_alpha,
    gradient_error,
    mse,
    sad,
)
from .metrics import SAD, ConnectivityError, GradientError, MattingMetric, MattingMSE
from .results import Results, read_results

__all__ = [
    'SAD',
    'ConnectivityError',
    'GradientError',
    'MattingEvaluator',
    'MattingMSE',
    'MattingMetric',
    'Results',
    'connectivity_error',
    'errors_by_alpha',
    'gradient_error',
    'mse',
    'read_results',
    'sad',
]
