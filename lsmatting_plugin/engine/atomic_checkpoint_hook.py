"""Checkpoints of which one that can be resumed is always there."""

from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.logging import MessageHub

from ..registry import HOOKS
from ..whole_files import remove_leftovers
from .atomic_backend import AtomicLocalBackend
from .epoch_loop import VALIDATION_DUE
from .training_stopped import TrainingStopped

# In the message hub, and so in checkpoints: names of the files that go as soon as this one stands.
SUPERSEDED = 'superseded_ckpts'


@HOOKS.register_module()
class AtomicCheckpointHook(CheckpointHook):
    """mmengine's ``CheckpointHook``, made safe against kills, power cuts and full disks.

    Each file is complete or not there, ``last_checkpoint`` included, and an old checkpoint is
    removed only when the new one stands (mmengine removes it first), so that the disk must have
    room for one more than ``max_keep_ckpts`` and the best.

    A checkpoint tells which ones it replaces, so that a run killed before it removed them does so
    when it goes on; and whether the validation of its epoch is still to be made, after which it is
    written again.

    Where there is no room, what is too old to be kept goes first, but for the last checkpoint. One
    that cannot be written all the same is reported, and training goes on: whoever frees the disk
    until the next is due loses nothing. If that one cannot be written either, or there is none to
    come, the training ends with exit status 1.

    Args:
        backend_args (dict, optional): Where files go, see mmengine. Defaults to
            :class:`.AtomicLocalBackend`.
        **kwargs: Those of mmengine's hook: ``interval``, ``max_keep_ckpts``, ``save_best``,
            ``rule`` and so on.

    Attributes:
        is_missing (bool): Whether the latest checkpoint could not be written.
        saved_iter (int): Iterations behind the last checkpoint that stands; 0 without any.
    """

    def __init__(self, *args, backend_args: dict | None = None, **kwargs) -> None:
        backend_args = backend_args or dict(backend='atomic_local')
        super().__init__(*args, backend_args=backend_args, **kwargs)
        self.is_missing = False
        self.saved_iter = 0
        self._lacks_validation = False  # the last checkpoint does
        self._missing_iter: int | None = None  # of the first checkpoint that could not be written
        self._best_before: dict[str, str | None] = {}

    def before_train(self, runner) -> None:
        """Also does what a killed run had not come to."""
        super().before_train(runner)
        hub = runner.message_hub
        self.saved_iter = runner.iter
        self._lacks_validation = hub.get_info(VALIDATION_DUE, False)
        last = hub.get_info('last_ckpt')
        if last and self.file_backend.isfile(last):  # the one from which the run goes on
            self.last_ckpt = last
        self._remove_superseded(hub)
        hub.update_info(SUPERSEDED, [])
        if is_main_process():
            for folder in {self.out_dir, runner.work_dir}:
                remove_leftovers(folder)

    def after_val_epoch(self, runner, metrics: dict[str, float] | None = None) -> None:
        """Saves the best, and brings the checkpoint of this epoch up to date.

        Else a run resumed from it would make this validation once more, and know no better than it
        which one was the best.
        """
        super().after_val_epoch(runner, metrics)
        if self._lacks_validation and self.saved_iter == runner.iter and self.last_ckpt:
            meta = dict(epoch=runner.epoch, iter=runner.iter)
            self.save(runner, Path(self.last_ckpt).name, meta)

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
        self.saved_iter = meta['iter']
        self._lacks_validation = runner.message_hub.get_info(VALIDATION_DUE, False)
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
        limited = self.max_keep_ckpts > 0
        before = list(self.keep_ckpt_ids) if limited else []
        if limited and step not in before:
            self._keep(runner, [*before, step])  # it holds the list
        outdated = [old for old in before if old not in self.keep_ckpt_ids]
        hub = runner.message_hub
        names = [*map(self.filename_tmpl.format, outdated), *self._outdated_best()]
        hub.update_info(SUPERSEDED, names)
        is_saved = self.save(runner, filename, meta)
        if not is_saved and self._remove_superseded(hub):
            runner.logger.info('Removed what is too old to be kept, which may have made room.')
            is_saved = self.save(runner, filename, meta)
        if is_saved:
            self._remove_superseded(hub)
        elif limited:
            self._keep(runner, before)
        hub.update_info(SUPERSEDED, [])
        self._stop_at_second_failure(runner, is_saved)

    def _stop_at_second_failure(self, runner, is_saved: bool) -> None:
        """Gives whoever looks after the disk the time until the next checkpoint, and no more."""
        if is_saved:
            self._missing_iter = None
        elif self._missing_iter is None:
            self._missing_iter = runner.iter
        elif runner.iter > self._missing_iter:
            runner.logger.warning(
                'Neither could the checkpoint before: the training stops here. Free the disk; the '
                f'same command with --resume goes on from {self.last_ckpt or "the start"}.'
            )
            raise TrainingStopped(1)

    def _remove_superseded(self, hub: MessageHub) -> bool:
        """Removes what is no longer kept, but for the last checkpoint; whether anything was."""
        paths = [
            self.file_backend.join_path(self.out_dir, name) for name in hub.get_info(SUPERSEDED, [])
        ]
        gone = [path for path in paths if path != self.last_ckpt and self.remove(path)]
        return bool(gone)

    def _outdated_best(self) -> list[str]:
        """Names of the files that were the best until this validation."""
        best = self._best() if self._best_before else {}
        before = {key: path for key, path in self._best_before.items() if path}
        return [Path(path).name for key, path in before.items() if best[key] not in (None, path)]

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
        self._best_before = before
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
                self.remove(path)  # which is done where the checkpoint of this epoch was saved
                runner.logger.info(f'The previous best checkpoint {path} is removed')
        self._set_best(best)
        self._best_before = {}
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

    def remove(self, path: str) -> bool:
        """Removes a file on the main process; whether it was there."""
        is_there = is_main_process() and self.file_backend.isfile(path)
        if is_there:
            self.file_backend.remove(path)
        return is_there

    @staticmethod
    def _report(runner, error: OSError, survivor: str | None) -> None:
        runner.logger.warning(
            f'{error.strerror or error}. '
            + (f'{survivor} is untouched. ' if survivor else 'There is no earlier one. ')
            + 'Free the disk: the next checkpoint is tried when it is due.'
        )
