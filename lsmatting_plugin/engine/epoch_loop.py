"""Training by epochs that can go on in the middle of one."""

import bisect
import logging
from itertools import islice

import mmengine.runner
from mmengine.logging import print_log
from torch import nn

from ..datasets.sampler import DrawSampler
from ..registry import LOOPS
from .child_deaths import noticed_afterwards

# In the message hub, and so in checkpoints: the epoch, the iteration at which it began, its length.
EPOCH_BEGAN = 'epoch_began'
# There too: whether the validation after the last whole epoch is still to be made.
VALIDATION_DUE = 'is_validation_due'


@LOOPS.register_module()
class EpochBasedTrainLoop(mmengine.runner.EpochBasedTrainLoop):
    """mmengine's loop, which would begin an interrupted epoch anew; this one goes on within it.

    It has mmengine's name, so that every config of this scope has it. A run resumed from the middle
    of an epoch sees the batches that are left, under their numbers, and ends as the uninterrupted
    one; a validation that was cut short, or not begun, is made before it goes on.

    The death of a process that loads images is noticed between two iterations, never within one, so
    that what is done can be saved.

    With another length of the epoch, as another batch size or number of processes brings, there is
    no telling what is left: the epoch begins anew, with a warning.
    """

    def run(self) -> nn.Module:
        """Trains until the last epoch, or ``stop_training``."""
        self.runner.call_hook('before_train')
        self._first_batch = self._batches_done()
        self._validate_if_due()
        while self._epoch < self._max_epochs and not self.stop_training:
            self.run_epoch()
            self._validate_if_due()
        self.runner.call_hook('after_train')
        return self.runner.model

    def run_epoch(self) -> None:
        """Trains on what is left of an epoch."""
        hub = self.runner.message_hub
        first, self._first_batch = self._first_batch, 0
        hub.update_info(EPOCH_BEGAN, [self._epoch, self._iter - first, len(self.dataloader)])
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        for idx, data_batch in enumerate(self._batches_from(first), start=first):
            with noticed_afterwards():
                self.run_iter(idx, data_batch)
        with noticed_afterwards():
            # Before the checkpoint of this epoch is written, which has to tell of it.
            hub.update_info(VALIDATION_DUE, self._is_validation_due_after(self._epoch + 1))
            self.runner.call_hook('after_train_epoch')
            self._epoch += 1

    def _validate_if_due(self) -> None:
        hub = self.runner.message_hub
        if hub.get_info(VALIDATION_DUE, False) and self.runner.val_loop is not None:
            hub.update_info(VALIDATION_DUE, False)  # before a checkpoint of the best is written
            with noticed_afterwards():
                self.runner.val_loop.run()

    def _batches_from(self, first: int):
        """The batches of the epoch but for the first so many."""
        sampler = self.dataloader.sampler
        if first and isinstance(sampler, DrawSampler):
            sampler.skip_once(first * self.dataloader.batch_size)
            return self.dataloader
        return islice(self.dataloader, first, None)  # other samplers: loads them in vain

    def _batches_done(self) -> int:
        """How much of the epoch the run had behind it that is resumed here."""
        began = self.runner.message_hub.get_info(EPOCH_BEGAN)
        if began is None or began[0] != self._epoch:  # of another project, or at an epoch's end
            return 0
        _, first_iter, length = began
        done = self._iter - first_iter
        if done and length != len(self.dataloader):
            print_log(
                f'Epoch {self._epoch + 1} begins anew: {done} of its {length} batches were done, '
                f'but with the present batch size and processes there are {len(self.dataloader)}',
                logger='current',
                level=logging.WARNING,
            )
            return 0
        return done

    def _is_validation_due_after(self, epochs: int) -> bool:
        """Whether so many whole epochs call for a validation."""
        step = bisect.bisect(self.dynamic_milestones, epochs + 1)
        interval = self.dynamic_intervals[step - 1]
        return (
            self.runner.val_loop is not None
            and epochs >= self.val_begin
            and (epochs % interval == 0 or epochs == self._max_epochs)
        )
