"""Checkpoints as files: read with torch's weights-only safety on, written whole or not at all."""

import io
from pathlib import Path

import torch
from torch import Tensor

from .image_io import write_file


def read_state_dict(checkpoint: str | Path) -> dict[str, Tensor]:
    """The parameters in a checkpoint file, by the names they have there.

    Args:
        checkpoint (str | Path): See :func:`read_checkpoint`.

    Returns:
        dict[str, Tensor]: The file's ``state_dict``, or the whole file where it is one itself.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a checkpoint that can be read safely.
    """
    return state_dict_of(read_checkpoint(checkpoint), str(checkpoint))


def read_checkpoint(checkpoint: str | Path) -> object:
    """All that is in a checkpoint file.

    Args:
        checkpoint (str | Path): Read with torch's weights-only safety on.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a checkpoint that can be read safely.
    """
    if not Path(checkpoint).is_file():
        raise FileNotFoundError(f'No checkpoint {checkpoint}')
    try:
        return torch.load(checkpoint, map_location='cpu', weights_only=True)
    except OSError:
        raise
    except Exception as error:  # torch's unpickler fails in many ways on files of another kind
        raise ValueError(
            f'{checkpoint} is not a checkpoint of tensors and plain values, which alone is read: '
            f'{str(error).splitlines()[0] if str(error) else type(error).__name__}'
        ) from error


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


def checkpoint_bytes(content: dict) -> bytes:
    """A checkpoint file's content, which does not depend on the file's name.

    Args:
        content (dict): Plain values, and tensors, which are written from the CPU's memory.
    """
    file = io.BytesIO()
    torch.save(_on_cpu(content), file)
    return file.getvalue()


def write_checkpoint(content: dict, path: str | Path) -> None:
    """Writes a checkpoint under a temporary name and renames it; see :func:`checkpoint_bytes`."""
    write_file(checkpoint_bytes(content), path)


def _on_cpu(value: object) -> object:
    """The same with each tensor on the CPU, and alone in its memory."""
    if isinstance(value, Tensor):
        return value.detach().cpu().clone(memory_format=torch.contiguous_format)
    if isinstance(value, dict):
        return {key: _on_cpu(item) for key, item in value.items()}
    return value
