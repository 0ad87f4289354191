"""Other methods under the same harness."""

from .training_free import PyMattingMattor, TrainingFreeMattor, TrivialMattor

__all__ = ['PyMattingMattor', 'TrainingFreeMattor', 'TrivialMattor']
