"""The course of a training as a picture, when it ends."""

from pathlib import Path

from mmengine.dist import master_only
from mmengine.hooks import Hook

from ..registry import HOOKS
from ..visualization.training_curves import curves_of, read_run
from ..whole_files import write_file


@HOOKS.register_module()
class CurvesHook(Hook):
    """Draws losses, learning rate and validation metrics into ``curves.png`` of the work folder.

    At the end of a training, also of an interrupted one; the curves of a resumed one cover all of
    it. ``tools/analysis/analyze_logs.py`` draws the same of several runs together.
    """

    priority = 'VERY_LOW'

    @master_only
    def after_train(self, runner) -> None:
        """Draws what has been logged."""
        path = Path(runner.work_dir, 'curves.png')
        try:
            write_file(curves_of({path.parent.name: read_run(path.parent)}), path)
        except (OSError, ValueError) as error:  # a run too short for a log line, a full disk
            runner.logger.info(f'No curves: {error}')
        else:
            runner.logger.info(f'Curves of loss, learning rate and metrics: {path}')
