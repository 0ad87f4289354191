"""Ctrl-C, and the signal by which schedulers end a job, lose no work."""

import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

import torch
import torch.distributed as dist
from mmengine.dist import is_distributed, is_main_process
from mmengine.hooks import EMAHook, Hook

from ..evaluation import MattingEvaluator
from ..registry import HOOKS
from .atomic_checkpoint_hook import AtomicCheckpointHook
from .epoch_loop import VALIDATION_DUE
from .runner_parts import hooks_of
from .training_stopped import TrainingStopped

SIGNALS = (signal.SIGINT, signal.SIGTERM)
FILENAME = 'interrupted.pth'
# Seconds within which a second signal is the first again: under slurm, torchrun and its processes
# are told at the same time, and torchrun passes it on.
ONE_EVENT = 2.0


@HOOKS.register_module()
class InterruptHook(Hook):
    """Saves when the training is interrupted, by SIGINT (Ctrl-C) or SIGTERM, and ends it.

    The iteration under way is finished, and a checkpoint ``interrupted.pth`` written from which
    ``--resume`` goes on as if nothing had been, also in the middle of an epoch or of a validation.
    The exit status is 130 or 143, as shells have it. A second signal ends the process at once.

    Several processes agree on the iteration by passing a flag round each time; it is looked at one
    iteration later, when it has long arrived, and travels from CPU to CPU, so that no GPU waits.

    Without :class:`.AtomicCheckpointHook`, or outside the main thread, where Python takes no
    signals, it does nothing.
    """

    priority = 'LOWEST'  # after schedulers, averages of weights and checkpoints

    def __init__(self) -> None:
        self.signum: int | None = None
        self._handlers: dict[int, Callable | int | None] = {}
        self._group: dist.ProcessGroup | None = None
        self._flag: torch.Tensor | None = None
        self._passing: dist.Work | None = None
        self._noted_at = 0.0
        self._has_stopped = False
        self._has_begun = self._is_validating = False

    def before_train(self, runner) -> None:
        """Takes over the signals, here and in the processes that load data."""
        self._has_begun = True
        if threading.current_thread() is not threading.main_thread():
            return
        if not hooks_of(runner, AtomicCheckpointHook):
            return
        self.signum, self._has_stopped = None, False
        self._handlers = {number: signal.signal(number, self._note) for number in SIGNALS}
        if is_distributed():
            self._group = dist.new_group(backend='gloo')
        for loop in filter(None, (runner.train_loop, runner.val_loop)):
            loader = loop.dataloader
            loader.worker_init_fn = partial(_begin_loader_worker, loader.worker_init_fn)

    def after_train(self, runner) -> None:
        """Gives the signals back; what an interruption left behind is of no more use."""
        if self._passing is not None:
            self._passing.wait()
        if self._handlers and runner.iter >= runner.max_iters and not self._has_stopped:
            hooks_of(runner, AtomicCheckpointHook)[0].replace_at_end(runner, FILENAME)
        if self._has_stopped and self._group is not None:
            dist.barrier(self._group)  # the others' end would cut short what this one still writes
        for loop in filter(None, (runner.train_loop, runner.val_loop)):
            loop.dataloader._iterator = None  # else torch waits 5 s for processes kept for later
        self.restore()

    def restore(self) -> None:
        """Gives the signals back to those who had them before."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers, self._flag, self._passing = {}, None, None

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Saves and ends the training after an iteration, if told to.

        The end of an epoch has more to do; that is waited for, and so is the step that accumulated
        gradients are for.
        """
        ends_epoch = batch_idx + 1 == len(runner.train_dataloader)
        if not ends_epoch and runner.optim_wrapper.should_update() and self._is_told():
            self._stop(runner, iteration=runner.iter + 1)

    def before_val(self, runner) -> None:
        """Before a validation: it is made when the run goes on."""
        if self._is_told():
            self._stop(runner, iteration=runner.iter, validation_due=True)

    def after_val_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Within a validation, which may take long: it is made when the run goes on."""
        if self._is_told():
            self._abandon_validation(runner)
            self._stop(runner, iteration=runner.iter, validation_due=True)

    def before_val_epoch(self, runner) -> None:
        """From here on averaged weights, if there are any, are in the network."""
        self._is_validating = True

    def after_val_epoch(self, runner, metrics: dict[str, float] | None = None) -> None:
        """After a validation; the last one ends the training anyway."""
        self._is_validating = False
        if runner.iter < runner.max_iters and self._is_told():
            self._stop(runner, iteration=runner.iter)

    def save_before_failure(self, runner) -> None:
        """Saves what is done when the next batch cannot be loaded.

        Called between two iterations, or in a validation. Nothing is saved of gradients that wait
        for more, nor where the last checkpoint has it all.
        """
        hooks = hooks_of(runner, AtomicCheckpointHook)
        if not self._has_begun or not hooks or not is_main_process():
            return
        if runner.iter == hooks[0].saved_iter:
            return
        if self._is_validating:
            runner.message_hub.update_info(VALIDATION_DUE, True)
            self._abandon_validation(runner)
        if runner.optim_wrapper.should_update():
            hooks[0].save(runner, FILENAME, dict(epoch=runner.epoch, iter=runner.iter))

    def _abandon_validation(self, runner) -> None:
        """The weights in training take their place again; no metric is computed further."""
        for hook in hooks_of(runner, EMAHook):
            hook.after_val_epoch(runner)
        if isinstance(runner.val_loop.evaluator, MattingEvaluator):
            runner.val_loop.evaluator.abandon()
        self._is_validating = False

    def _note(self, signum: int, frame) -> None:
        """The first signal is noted; another one some time later obeyed."""
        if self.signum is None:
            self._remember(signum)
            if is_main_process():
                # Not by the logger, which may just hold its lock.
                os.write(2, b'\nInterrupted: saving after this iteration; again to leave at once\n')
        elif time.monotonic() - self._noted_at > ONE_EVENT:
            signal.signal(signum, signal.SIG_DFL)
            os.kill(os.getpid(), signum)

    def _remember(self, signum: int) -> None:
        self.signum, self._noted_at = signum, time.monotonic()

    def _is_told(self) -> bool:
        """Whether all processes stop here, by a signal to any of them."""
        if not self._handlers:
            return False
        if self._group is None:
            return self.signum is not None
        is_told = False
        if self._passing is not None and self._flag is not None:
            self._passing.wait()
            is_told = self._flag.item() > 0
            if is_told and self.signum is None:
                self._remember(int(self._flag.item()))
        self._flag = torch.tensor(self.signum or 0)
        self._passing = dist.all_reduce(
            self._flag, dist.ReduceOp.MAX, group=self._group, async_op=True
        )
        return is_told

    def _stop(self, runner, iteration: int, validation_due: bool = False) -> None:
        assert self.signum is not None  # as all processes are told
        self._has_stopped = True
        hook = hooks_of(runner, AtomicCheckpointHook)[0]
        runner.message_hub.update_info(VALIDATION_DUE, validation_due)
        is_saved = hook.save(runner, FILENAME, dict(epoch=runner.epoch, iter=iteration))
        if self._group is not None:
            dist.barrier(self._group)  # a process that leaves early has the others ended
        if is_saved:
            runner.logger.info(
                f'Interrupted ({signal.Signals(self.signum).name}) after iteration {iteration} of '
                f'{runner.max_iters}. {hook.last_ckpt} holds all of it: the same command with '
                '--resume goes on from there.'
            )
        elif hook.last_ckpt:
            runner.logger.warning(f'Interrupted: --resume goes on from {hook.last_ckpt}.')
        raise TrainingStopped(128 + self.signum)


def _begin_loader_worker(init_fn: Callable[[int], None] | None, worker_id: int) -> None:
    """In a process that loads data: terminal and scheduler tell it the same as its parent.

    It serves on until the parent ends it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, 'sigwaitinfo'):  # Linux; elsewhere SIGTERM ends it
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        threading.Thread(target=_obey_parent, daemon=True).start()
    if init_fn is not None:
        init_fn(worker_id)


def _obey_parent() -> None:
    """Ends the process when its parent wants it to, and nobody else."""
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != os.getppid():
        pass
    os._exit(0)
