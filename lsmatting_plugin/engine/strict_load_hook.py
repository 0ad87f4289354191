"""No test of a network that was loaded only in part."""

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from torch import Tensor, nn

from ..models.official_checkpoint import from_official
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


def state_dict_of(checkpoint: object, source: str) -> dict[str, Tensor]:
    """The parameters in a loaded checkpoint, by the names they have there.

    Args:
        checkpoint (object): What ``torch.load`` gave.
        source (str): Where it comes from, for the error.

    Returns:
        dict[str, Tensor]: Its ``state_dict``, or all of it where it is one itself.

    Raises:
        ValueError: There are no parameters in it.
    """
    content = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, dict) else None
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise ValueError(
            f'{source} is not a checkpoint: expected are parameters by name, or a dict with '
            "them under 'state_dict'"
        )
    return content


def require_fit(model: nn.Module, state_dict: dict, source: str) -> None:
    """Checks that a state dict has the model's parameters, no more and no fewer.

    Args:
        model (nn.Module): The model to be loaded into.
        state_dict (dict): By our names or those of the paper's released format.
        source (str): Where it comes from, for the error.

    Raises:
        ValueError: It does not fit; what is missing, unexpected or misshapen is listed.
    """
    expected = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    found = {key: tuple(value.shape) for key, value in from_official(state_dict).items()}
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
            f'{len(keys)} {kind}: {", ".join(keys[:5])}{", ..." if len(keys) > 5 else ""}'
            for kind, keys in problems.items()
            if keys
        )
        raise ValueError(f'{source} does not fit the model of the config. {listed}')
