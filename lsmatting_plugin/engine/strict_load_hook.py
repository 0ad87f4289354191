"""No test of a network that was loaded only in part."""

from mmengine.hooks import Hook

from ..checkpoint_fit import require_fit
from ..checkpoint_io import state_dict_of
from ..registry import HOOKS
from .runner_parts import network_of


@HOOKS.register_module()
class StrictLoadHook(Hook):
    """Refuses a checkpoint that does not fit the model, where mmengine would only log it.

    A network with some layers left at random predicts plausible nonsense. Remove the hook
    (``custom_hooks``) to fine-tune from a checkpoint that is meant to fit in part.
    """

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Compares names, shapes and types, and looks for NaN.

        Raises:
            CheckpointError: It does not fit; see :func:`.require_fit`.
        """
        source = getattr(runner, 'checkpoint_file', 'The checkpoint')
        require_fit(network_of(runner), state_dict_of(checkpoint, source), source)
