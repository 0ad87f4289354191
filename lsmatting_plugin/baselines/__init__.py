"""Other methods under the same harness."""

from .training_free import ClassicalMattor, TrainingFreeMattor, TrivialMattor

__all__ = ['ClassicalMattor', 'TrainingFreeMattor', 'TrivialMattor']
