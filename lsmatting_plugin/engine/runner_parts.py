"""Parts of a runner that several of its hooks ask for."""

from typing import TypeVar

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn

Kind = TypeVar('Kind', bound=Hook)


def hooks_of(runner: Runner, kind: type[Kind]) -> list[Kind]:
    """The runner's hooks of a class, in the order in which they are called."""
    return [hook for hook in runner.hooks if isinstance(hook, kind)]


def network_of(runner: Runner) -> nn.Module:
    """The network itself, without what wraps it for several processes."""
    return runner.model.module if is_model_wrapper(runner.model) else runner.model
