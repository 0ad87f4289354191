"""One set of batch norm statistics for all processes."""

from mmengine.dist import broadcast
from mmengine.hooks import Hook

from ..registry import HOOKS


@HOOKS.register_module()
class BroadcastBuffersHook(Hook):
    """Validates with the buffers that checkpoints hold: those of process 0.

    Each process gathers running statistics of its own images, and only process 0 writes
    checkpoints; a validation that is shared out would score a mixture that nobody can load. The
    mean over processes (mmengine's ``SyncBuffersHook``) would lose what the other processes
    gathered when a run is resumed within an epoch; process 0's statistics are the same then.

    :func:`.init_distributed` adds it.
    """

    priority = 'VERY_LOW'  # after a hook that puts averaged weights in

    def before_val_epoch(self, runner) -> None:
        """Sends the buffers of process 0 to all."""
        for buffer in runner.model.buffers():
            broadcast(buffer)
