"""Batches on their way from the processes that load them."""

import logging
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping

import torch
from mmengine.logging import print_log
from mmengine.structures import BaseDataElement
from torch.utils.data import get_worker_info


class SharedCollate:
    """Collates a batch in shared memory, or, where that has run out, sends it through a pipe.

    torch moves tensors to shared memory (``/dev/shm``, of which containers have 64 MB by default)
    in a thread of the loader process; where there is no room, the thread drops the batch, for which
    the main process then waits for ever. Here the process itself moves them, and what finds no room
    goes through the pipe, slower, under one warning of each loader process.

    Args:
        first (Callable): Makes a batch of samples, the ``collate_fn`` of a loader.
    """

    def __init__(self, first: Callable) -> None:
        self.first = first
        self._has_warned = False

    def __call__(self, samples: list) -> object:
        """The batch; in a loader process one that needs no more shared memory."""
        batch = self.first(samples)
        if get_worker_info() is None:
            return batch
        try:
            for tensor in _tensors(batch):
                tensor.share_memory_()
        except RuntimeError as error:
            if 'shared memory' not in str(error):
                raise
            self._warn()
            return _ByPipe(batch)
        return batch

    def _warn(self) -> None:
        if not self._has_warned:
            print_log(
                'Shared memory (/dev/shm) has no room for a batch of images, which now takes a '
                'slower way: give a container more (docker run --shm-size=8g), or load with fewer '
                'processes (--cfg-options train_dataloader.num_workers=1)',
                logger='current',
                level=logging.WARNING,
            )
        self._has_warned = True


class _ByPipe:
    """What arrives as the batch itself, its tensors by value."""

    def __init__(self, batch: object) -> None:
        self._content = pickle.dumps(batch)

    def __reduce__(self) -> tuple:
        return pickle.loads, (self._content,)


def _tensors(value: object) -> Iterator[torch.Tensor]:
    """All tensors on the CPU in a batch."""
    if isinstance(value, torch.Tensor):
        if value.device.type == 'cpu':
            yield value
        return
    items: Iterable
    if isinstance(value, BaseDataElement):
        items = value.all_values()
    elif isinstance(value, Mapping):
        items = value.values()
    elif isinstance(value, list | tuple):
        items = value
    else:
        return
    for item in items:
        yield from _tensors(item)
