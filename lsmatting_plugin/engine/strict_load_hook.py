"""No test of a network that was loaded only in part."""

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper

from ..checkpoint_fit import require_fit
from ..checkpoint_io import state_dict_of
from ..registry import HOOKS


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
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        source = getattr(runner, 'checkpoint_file', 'The checkpoint')
        require_fit(model, state_dict_of(checkpoint, source), source)
