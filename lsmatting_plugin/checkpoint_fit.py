"""Whether a checkpoint is of the network that it is to be loaded into."""

import torch
from torch import Tensor, nn

from .checkpoint_error import CheckpointError

MAX_NAME = 80  # characters shown of a name, which may be anything in a file of somebody else's


def require_fit(
    model: nn.Module, state_dict: dict[str, Tensor], source: str, max_listed: int | None = 5
) -> None:
    """Checks that a state dict has the model's parameters, no more and no fewer, all of them sound.

    Args:
        model (nn.Module): The model to be loaded into.
        state_dict (dict[str, Tensor]): By its names, or those that its ``translate_names`` knows,
            where it has such a method. Floats may be of any precision.
        source (str): Where it comes from, for the error.
        max_listed (int, optional): Names listed of each kind of problem; None lists all.

    Raises:
        CheckpointError: It does not fit; what is missing, unexpected, misshapen, of another type,
            or NaN or infinite is listed.
    """
    expected = model.state_dict()
    found = getattr(model, 'translate_names', dict)(state_dict)
    if len(found) < len(state_dict):
        raise CheckpointError(f'{source} has some parameters twice, by different names')
    shared = [key for key in expected if key in found]
    misshapen = [key for key in shared if expected[key].shape != found[key].shape]
    sized = [key for key in shared if expected[key].shape == found[key].shape]
    mistyped = [key for key in sized if _kind(expected[key]) != _kind(found[key])]
    problems = dict(
        missing=[key for key in expected if key not in found],
        unexpected=[_readable(key) for key in found if key not in expected],
        misshapen=[
            f'{key} {tuple(found[key].shape)} in place of {tuple(expected[key].shape)}'
            for key in misshapen
        ],
        mistyped=[
            f'{key} {_type(found[key])} in place of {_type(expected[key])}' for key in mistyped
        ],
    )
    # Only of what has the right size: a file may claim any other.
    problems['not finite'] = [
        key for key in sized if key not in mistyped and not _is_finite(found[key])
    ]
    if any(problems.values()):
        listed = '; '.join(
            f'{len(names)} {kind}: {_listed(names, max_listed)}'
            for kind, names in problems.items()
            if names
        )
        raise CheckpointError(f'{source} does not fit the model of the config. {listed}')


def require_resumable(checkpoint: dict, source: str) -> None:
    """Checks that a checkpoint holds, beside the weights, what a training needs to go on.

    Args:
        checkpoint (dict): All that is in the file.
        source (str): Where it comes from, for the error.

    Raises:
        CheckpointError: Something is missing, as in a file of weights alone.
    """
    meta = checkpoint.get('meta')
    found = {*checkpoint, *(meta if isinstance(meta, dict) else {})}
    missing = [key for key in ('epoch', 'iter', 'message_hub', 'optimizer') if key not in found]
    if missing:
        raise CheckpointError(
            f'{source} is not a checkpoint of a training, from which alone one goes on: it has no '
            f'{", ".join(missing)}; to start from its weights use --cfg-options load_from={source}'
        )


def _kind(value: Tensor) -> tuple[bool, bool]:
    return value.is_floating_point(), value.is_complex()


def _is_finite(value: Tensor) -> bool:
    """Whether all of it is, in the single precision in which networks compute."""
    # A sum is NaN or infinite where one of its values is, and cannot overflow in double precision;
    # it takes half the time of looking at each.
    return bool(value.float().sum(dtype=torch.float64).isfinite())


def _type(value: Tensor) -> str:
    return str(value.dtype).removeprefix('torch.')


def _listed(names: list[str], most: int | None) -> str:
    return ', '.join(names if most is None or len(names) <= most else [*names[:most], '...'])


def _readable(name: str) -> str:
    name = name if name.isprintable() else ascii(name)
    return name if len(name) <= MAX_NAME else f'{name[:MAX_NAME]}...'
