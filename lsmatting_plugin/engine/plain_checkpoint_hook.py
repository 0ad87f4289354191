"""Checkpoints that load with torch's weights-only safety left on."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.logging import HistoryBuffer

from ..registry import HOOKS

BUFFER_FIELDS = ('log_history', 'count_history', 'max_length')


@HOOKS.register_module()
class PlainCheckpointHook(Hook):
    """Keeps everything but tensors and plain Python values out of checkpoints.

    mmengine 0.10.7 stores its log history as ``HistoryBuffer`` objects with numpy arrays, which
    ``torch.load(weights_only=True)``, torch's default since 2.6, refuses. This hook turns them into
    tensors before saving, and those back into buffers after loading, so that nobody needs to switch
    the safety off.
    """

    priority = 'LOWEST'

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Turns buffers and numpy values into plain ones."""
        for key in ('message_hub', 'meta', 'param_schedulers'):
            if key in checkpoint:
                checkpoint[key] = to_plain(checkpoint[key])

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Turns the log history back into buffers, as mmengine expects when it resumes."""
        scalars = checkpoint.get('message_hub', {}).get('log_scalars', {})
        for name, value in scalars.items():
            if isinstance(value, dict) and set(value) == set(BUFFER_FIELDS):
                log, count = (value[key].cpu().numpy() for key in BUFFER_FIELDS[:2])
                scalars[name] = HistoryBuffer(log, count, value['max_length'])


def to_plain(value: Any) -> Any:
    """The same value made of dicts, lists and Python scalars; tensors stay."""
    if isinstance(value, HistoryBuffer):
        log, count = value.data
        # Tensors: lists of a long run would take seconds and megabytes.
        return dict(
            log_history=torch.from_numpy(log.astype(np.float64)),
            count_history=torch.from_numpy(count.astype(np.float64)),
            max_length=value.max_length,
        )
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {to_plain(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        kind = list if isinstance(value, list) else tuple  # not a named tuple, a class of its own
        return kind(map(to_plain, value))
    return value
