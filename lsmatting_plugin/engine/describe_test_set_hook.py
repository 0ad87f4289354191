"""Scores that say of which images they are."""

from mmengine.dist import is_main_process
from mmengine.hooks import Hook

from ..registry import HOOKS


@HOOKS.register_module()
class DescribeTestSetHook(Hook):
    """Logs the description of the test set after its scores.

    Composition-1k has been composited in two ways, whose scores are not comparable.
    """

    priority = 'LOW'  # after the logger, which prints the scores

    def after_test_epoch(self, runner, metrics: dict[str, float] | None = None) -> None:
        """Tells what was scored; data sets of other projects have no description."""
        dataset = runner.test_loop.dataloader.dataset
        description = getattr(dataset, 'description', None)
        if description and is_main_process():
            runner.logger.info(f'Tested on {description}')
