"""A training that saves what is done when its images are lost."""

import traceback

from mmengine.runner import Runner
from torch import nn

from .interrupt_hook import InterruptHook
from .loading_error import LoadingError, loading_errors
from .runner_parts import hooks_of


def train(runner: Runner) -> nn.Module:
    """Trains; where a batch cannot be loaded, saves what is done, and logs where that was.

    Raises:
        LoadingError: A batch could not be loaded.
    """
    try:
        with loading_errors():
            return runner.train()
    except LoadingError as error:
        runner.logger.error(''.join(traceback.format_exception(error)))  # to the file alone
        for hook in hooks_of(runner, InterruptHook):
            hook.save_before_failure(runner)
        raise
