"""No test of a network that was loaded only in part."""

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from torch import nn

from ..checkpoint_io import state_dict_of
from ..registry import HOOKS


@HOOKS.register_module()
class StrictLoadHook(Hook):
    """Refuses a checkpoint that does not fit the model, where mmengine would only log it.

    A network with some layers left at random predicts plausible nonsense. Remove the hook
    (``custom_hooks``) to fine-tune from a checkpoint that is meant to fit in part.
    """

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Compares names and shapes.

        Raises:
            ValueError: They differ; what is missing, unexpected or misshapen is listed.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        source = 'The checkpoint'
        require_fit(model, state_dict_of(checkpoint, source), source)


def require_fit(
    model: nn.Module, state_dict: dict, source: str, max_listed: int | None = 5
) -> None:
    """Checks that a state dict has the model's parameters, no more and no fewer.

    Args:
        model (nn.Module): The model to be loaded into.
        state_dict (dict): By its names, or those that its ``translate_names`` knows, where it has
            such a method.
        source (str): Where it comes from, for the error.
        max_listed (int, optional): Names listed of each kind of problem; None lists all.

    Raises:
        ValueError: It does not fit; what is missing, unexpected or misshapen is listed.
    """
    expected = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    translate = getattr(model, 'translate_names', dict)
    found = {key: tuple(value.shape) for key, value in translate(state_dict).items()}
    shared = expected.keys() & found.keys()
    problems = dict(
        missing=[key for key in expected if key not in found],
        unexpected=[key for key in found if key not in expected],
        misshapen=[
            f'{key} {found[key]} in place of {expected[key]}'
            for key in expected
            if key in shared and expected[key] != found[key]
        ],
    )
    if any(problems.values()):
        listed = '; '.join(
            f'{len(keys)} {kind}: {_listed(keys, max_listed)}'
            for kind, keys in problems.items()
            if keys
        )
        raise ValueError(f'{source} does not fit the model of the config. {listed}')


def _listed(keys: list[str], most: int | None) -> str:
    return ', '.join(keys if most is None or len(keys) <= most else [*keys[:most], '...'])
