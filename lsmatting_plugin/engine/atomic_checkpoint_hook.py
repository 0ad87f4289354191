"""Checkpoints of which one that can be resumed is always there."""

from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook

from ..registry import HOOKS
from .atomic_backend import AtomicLocalBackend
from .training_stopped import TrainingStopped


@HOOKS.register_module()
class AtomicCheckpointHook(CheckpointHook):
    """mmengine's ``CheckpointHook``, made safe against kills, power cuts and full disks.

    Each file is complete or not there, ``last_checkpoint`` included, and an old checkpoint is
    removed only when the new one stands (mmengine removes it first), so that the disk must have
    room for one more than ``max_keep_ckpts`` and the best.

    A checkpoint that cannot be written is reported, and training goes on: whoever frees the disk
    loses nothing, for the next interval tries again. When the last one of a training is missing,
    it ends with exit status 1.

    Args:
        backend_args (dict, optional): Where files go, see mmengine. Defaults to
            :class:`.AtomicLocalBackend`.
        **kwargs: Those of mmengine's hook: ``interval``, ``max_keep_ckpts``, ``save_best``,
            ``rule`` and so on.

    Attributes:
        is_missing (bool): Whether the latest checkpoint could not be written.
    """

    def __init__(self, *args, backend_args: dict | None = None, **kwargs) -> None:
        backend_args = backend_args or dict(backend='atomic_local')
        super().__init__(*args, backend_args=backend_args, **kwargs)
        self.is_missing = False

    def before_train(self, runner) -> None:
        """Also removes what a killed run was just writing."""
        super().before_train(runner)
        if is_main_process():
            for leftover in Path(self.out_dir).glob('.*.pth.*.part'):
                leftover.unlink()

    def after_run(self, runner) -> None:
        """Does not let a training whose result is not on the disk pass for a success.

        Raises:
            TrainingStopped: The latest checkpoint is missing.
        """
        if self.is_missing:
            runner.logger.warning('The last checkpoint of this training could not be written.')
            raise TrainingStopped(1, is_early=False)

    def save(self, runner, filename: str, meta: dict) -> bool:
        """Saves all that is needed to go on, and notes the file in ``last_checkpoint``.

        Args:
            runner (Runner): Of the training.
            filename (str): In ``out_dir``.
            meta (dict): ``epoch`` and ``iter`` at which to go on.

        Returns:
            bool: Whether it could be written. If not, that has been logged, and the checkpoint
            before it is the last one still.
        """
        previous = self.last_ckpt
        self.last_ckpt = self.file_backend.join_path(self.out_dir, filename)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        try:
            runner.save_checkpoint(
                self.out_dir,
                filename,
                save_optimizer=self.save_optimizer,
                save_param_scheduler=self.save_param_scheduler and bool(runner.param_schedulers),
                meta=meta,
                backend_args=self.backend_args,
                **self.args,
            )
            if is_main_process():
                note = Path(runner.work_dir, 'last_checkpoint')  # mmengine resumes from there
                AtomicLocalBackend().put_text(self.last_ckpt, note)
        except OSError as error:
            self.is_missing = self.last_ckpt != previous  # else it stands as it was saved before
            self.last_ckpt = previous
            runner.message_hub.update_info('last_ckpt', previous)
            self._report(runner, error, previous)
            return False
        self.is_missing = False
        return True

    def replace_at_end(self, runner, filename: str) -> None:
        """Removes a checkpoint from which a training that is now complete has gone on.

        Args:
            runner (Runner): Of the training.
            filename (str): In ``out_dir``; nothing is done where it is absent.
        """
        path = self.file_backend.join_path(self.out_dir, filename)
        if not self.file_backend.isfile(path):
            return
        if self.last_ckpt in (None, path):  # there was nothing left to save since
            step = runner.epoch if self.by_epoch else runner.iter
            self._save_checkpoint_with_step(
                runner, step, dict(epoch=runner.epoch, iter=runner.iter)
            )
        if not self.is_missing:
            self.remove(path)

    def _save_checkpoint_with_step(self, runner, step: int, meta: dict) -> None:
        """Saves, and only then removes what is one too many."""
        filename = self.filename_tmpl.format(step)
        if self.max_keep_ckpts <= 0:
            self.save(runner, filename, meta)
            return
        before = list(self.keep_ckpt_ids)
        self._keep(runner, [*before, step] if step not in before else before)  # it holds the list
        if not self.save(runner, filename, meta):
            self._keep(runner, before)
        for old in set(before) - set(self.keep_ckpt_ids):
            old_name = self.filename_tmpl.format(old)
            self.remove(self.file_backend.join_path(self.out_dir, old_name))

    def _keep(self, runner, steps: list[int]) -> None:
        """The steps whose checkpoints stay: the last ones of the list."""
        self.keep_ckpt_ids.clear()
        self.keep_ckpt_ids.extend(steps)
        runner.message_hub.update_info('keep_ckpt_ids', list(self.keep_ckpt_ids))

    def _save_best_checkpoint(self, runner, metrics: dict) -> None:
        """Saves where a metric is better than ever, and only then removes what was the best."""
        if not self.save_best:
            return
        hub = runner.message_hub
        before = self._best()
        scores = {key: hub.get_info(f'best_score{key}') for key in before}
        self._set_best(dict.fromkeys(before))  # mmengine knows of nothing to remove
        error = None
        try:
            super()._save_best_checkpoint(runner, metrics)
        except OSError as failure:
            error = failure
        best = self._best()
        for key, path in before.items():
            if best[key] is None:  # no better than before
                best[key] = path
            elif not self.file_backend.isfile(best[key]) and is_main_process():
                best[key] = path
                for name, value in ((f'best_score{key}', scores[key]), (f'best_ckpt{key}', path)):
                    hub.pop_info(name)
                    if value is not None:
                        hub.update_info(name, value)
            elif path and path != best[key]:
                self.remove(path)
                runner.logger.info(f'The previous best checkpoint {path} is removed')
        self._set_best(best)
        if error:
            self._report(runner, error, ', '.join(filter(None, best.values())) or None)

    def _best(self) -> dict[str, str | None]:
        """Paths by the ending of their keys in the message hub, none where there is one metric."""
        if len(self.key_indicators) == 1:
            return {'': self.best_ckpt_path}
        return {f'_{key}': path for key, path in self.best_ckpt_path_dict.items()}

    def _set_best(self, paths: dict[str, str | None]) -> None:
        if len(self.key_indicators) == 1:
            self.best_ckpt_path = paths['']
        else:
            self.best_ckpt_path_dict = {key[1:]: path for key, path in paths.items()}

    def remove(self, path: str) -> None:
        """Removes a file that may be gone already, on the main process."""
        if is_main_process() and self.file_backend.isfile(path):
            self.file_backend.remove(path)

    @staticmethod
    def _report(runner, error: OSError, survivor: str | None) -> None:
        runner.logger.warning(
            f'{error.strerror or error}. '
            + (f'{survivor} is untouched. ' if survivor else 'There is no earlier one. ')
            + 'Free the disk: the next checkpoint is tried when it is due.'
        )
