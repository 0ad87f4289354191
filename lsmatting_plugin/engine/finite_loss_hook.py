"""A training that computes nonsense stops, and shows on which images."""

from pathlib import Path

import numpy as np
import torch
from mmengine.dist import all_reduce, get_rank, is_distributed
from mmengine.hooks import Hook
from torch import Tensor

from ..checkpoint_io import write_checkpoint
from ..image_io import write_image
from ..registry import HOOKS
from ..visualization.tensor_picture import as_picture
from .plain_checkpoint_hook import to_plain
from .training_stopped import TrainingStopped


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stops at a loss that is NaN or infinite, before it reaches weights or checkpoints.

    Three things are looked at: each loss before it is propagated back; each gradient before the
    optimiser uses it, for a finite loss may have an infinite one; and all that is saved, so that no
    checkpoint ever holds a NaN. Where a loss scale is used (mixed precision in float16) infinite
    gradients are normal: the scaler leaves out that step, and gradients are not looked at.

    The batch is left in ``nan_iter_N/`` of the work folder, of each process its own: ``batch.pt``,
    which ``torch.load`` reads, and per image a picture of image, trimap and true alpha. The exit
    status is 1, of all processes.

    On a GPU this waits for the forward pass before the backward pass is queued. Looking at the
    loss later would not protect the weights; and mmengine's logging waits for it in each iteration
    anyway.
    """

    _batch: dict | None

    def before_train(self, runner) -> None:
        """Steps between loss and optimiser."""
        self._runner, self._batch, self._loss = runner, None, torch.tensor(float('nan'))
        wrapper = runner.optim_wrapper
        update_params = wrapper.update_params

        def update_finite_params(loss: Tensor, *args, **kwargs) -> None:
            self._check_loss(loss)
            update_params(loss, *args, **kwargs)

        wrapper.update_params = update_finite_params
        scaler = getattr(wrapper, 'loss_scaler', None)
        is_scaled = scaler is not None and scaler.is_enabled()
        if not is_scaled:
            self._handle = wrapper.optimizer.register_step_pre_hook(self._check_gradients)

    def before_train_iter(self, runner, batch_idx: int, data_batch: dict | None = None) -> None:
        """Keeps the batch at hand."""
        self._batch = data_batch

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Refuses weights that are not finite.

        Raises:
            TrainingStopped: They are not.
        """
        weights = checkpoint['state_dict']
        bad = [name for name, value in weights.items() if not torch.isfinite(value).all()]
        if bad:
            self._stop(f'{len(bad)} weights are not finite ({bad[0]} is the first)')

    def after_train(self, runner) -> None:
        """Steps back."""
        vars(runner.optim_wrapper).pop('update_params', None)
        if handle := self.__dict__.pop('_handle', None):
            handle.remove()
        self._runner = self._batch = None

    def _check_loss(self, loss: Tensor) -> None:
        self._loss = loss.detach()
        # 0, or which process it is, from 1; all of them stop, or the others would wait for ever.
        culprit = (~torch.isfinite(self._loss)).int().reshape(1) * (get_rank() + 1)
        if is_distributed():
            all_reduce(culprit, 'max')
        if culprit.item():
            whose = f' of process {culprit.item() - 1}' if is_distributed() else f' ({loss:g})'
            self._stop(f'the loss{whose} is not finite')

    def _check_gradients(self, optimizer: torch.optim.Optimizer, args: tuple, kwargs: dict) -> None:
        parameters = (p for group in optimizer.param_groups for p in group['params'])
        gradients = [p.grad for p in parameters if p.grad is not None]
        # The maximum norm: it has no sum that could overflow.
        largest = torch.stack(torch._foreach_norm(gradients, float('inf')))
        if not torch.isfinite(largest).all():  # the same on all processes, which have averaged them
            self._stop(f'the gradient is not finite, though the loss is ({self._loss:g})')

    def _stop(self, reason: str) -> None:
        runner = self._runner
        iteration = runner.iter + 1
        top = folder = Path(runner.work_dir, f'nan_iter_{iteration}')
        if is_distributed():
            folder = top / f'rank_{get_rank()}'
        try:
            dump_batch(
                self._batch,
                folder,
                iteration=iteration,
                epoch=runner.epoch + 1,
                seed=runner.seed,
                rank=get_rank(),
                loss=float(self._loss),
                reason=reason,
            )
            where = f'Its batch is in {top}/: batch.pt for torch.load, and pictures.'
        except OSError as error:
            where = f'Its batch could not be written: {error}.'
        runner.logger.warning(
            f'Iteration {iteration}: {reason}. The training stops here; checkpoints hold nothing '
            f'of this. {where} If the images are as they should be, try a lower learning rate or '
            'optim_wrapper.clip_grad=dict(max_norm=1).'
        )
        raise TrainingStopped(1)


def dump_batch(batch: dict | None, folder: str | Path, **facts) -> None:
    """Writes what a network was shown, for inspection.

    Args:
        batch (dict, optional): As loaded: ``inputs``, images (3, H, W) in 0..255, BGR, and
            ``data_samples`` with ``trimap`` and ``gt_alpha`` (1, H, W) in 0..255. None leaves a
            file of the facts alone.
        folder (str | Path): Made when absent. ``batch.pt`` in it holds ``inputs`` (list of
            tensors), ``samples`` (list of dicts: fields and paths of each image) and the facts, all
            loadable with ``torch.load(weights_only=True)``; ``image_0.png`` and so on show image,
            trimap and true alpha side by side.
        **facts: Plain values.
    """
    inputs = list(batch['inputs']) if batch else []
    samples = [dict(sample.all_items()) for sample in batch['data_samples']] if batch else []
    content = dict(inputs=inputs, samples=samples, **facts)
    write_checkpoint(to_plain(content), Path(folder, 'batch.pt'))
    for number, (image, sample) in enumerate(zip(inputs, samples, strict=True)):
        planes = [image, *(sample[key] for key in ('trimap', 'gt_alpha') if key in sample)]
        pictures = [as_picture(plane.expand(3, -1, -1)) for plane in planes]
        write_image(np.concatenate(pictures, axis=1), Path(folder, f'image_{number}.png'))
