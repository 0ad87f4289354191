"""Checkpoints as files: read with torch's weights-only safety on, written whole or not at all."""

import io
import re
import warnings
import zipfile
from pathlib import Path

import torch
from torch import Tensor

from .checkpoint_error import CheckpointError
from .pretrained import address_of, fetch_pretrained
from .stated_hash import require_stated_hash
from .whole_files import write_file

ZIP_SIGNATURE = b'PK\x03\x04'


def read_state_dict(checkpoint: str | Path) -> dict[str, Tensor]:
    """The parameters in a checkpoint file, by the names they have there.

    Args:
        checkpoint (str | Path): See :func:`read_checkpoint`.

    Returns:
        dict[str, Tensor]: The file's ``state_dict``, or the whole file where it is one itself.

    Raises:
        OSError: The file is not there, or not to be had.
        CheckpointError: It is not a checkpoint that can be read safely.
    """
    return state_dict_of(read_checkpoint(checkpoint), str(checkpoint))


def read_checkpoint(
    checkpoint: str | Path, map_location: str | torch.device | None = 'cpu'
) -> object:
    """All that is in a checkpoint file, which is taken as data: no code in it ever runs.

    Args:
        checkpoint (str | Path): A file; or an https address, or a name such as
            ``'torchvision://vgg16'``, see :func:`local_checkpoint`. A file whose name states the
            start of its SHA-256 must match it.
        map_location (str | torch.device, optional): Where tensors go; None is where they were.

    Raises:
        OSError: The file is not there, or not to be had.
        CheckpointError: It is not a checkpoint that can be read safely, or not the one that its
            name promises.
    """
    path = local_checkpoint(checkpoint)
    require_stated_hash(path)
    with open(path, 'rb') as file:
        head = file.read(64)
    try:
        if head.startswith(ZIP_SIGNATURE):
            _require_plain_archive(path)
        with warnings.catch_warnings():
            warnings.filterwarnings('ignore', 'Detected pickle protocol')  # and then it is refused
            return torch.load(path, map_location=map_location, weights_only=True)
    except (OSError, CheckpointError):
        raise
    except Exception as error:  # torch's unpickler fails in many ways on files of another kind
        raise CheckpointError(
            f'{path} is not a checkpoint of tensors and plain values, which alone is read: '
            f'{_reason(head, str(error))}'
        ) from error


def local_checkpoint(checkpoint: str | Path) -> Path:
    """The file of a checkpoint.

    Args:
        checkpoint (str | Path): A file, ``~`` being the home folder; or an https address, or a name
            that stands for one (``'open-mmlab://'``, ``'torchvision://'``), which is downloaded to
            ``pretrained/`` unless it is there.

    Raises:
        FileNotFoundError: There is no such file.
        IsADirectoryError: It is a folder.
        OSError: It cannot be downloaded.
        CheckpointError: It would have to be downloaded in a way that is not safe.
    """
    if '://' in str(checkpoint):
        return fetch_pretrained(address_of(str(checkpoint)))
    path = Path(checkpoint).expanduser()
    if path.is_dir():
        raise IsADirectoryError(f'{path} is a folder; give the checkpoint in it, a .pth file')
    if not path.is_file():
        raise FileNotFoundError(f'No checkpoint {path}')
    return path


def state_dict_of(checkpoint: object, source: str) -> dict[str, Tensor]:
    """The parameters in a loaded checkpoint, by the names they have there.

    Args:
        checkpoint (object): What ``torch.load`` gave.
        source (str): Where it comes from, for the error.

    Returns:
        dict[str, Tensor]: Its ``state_dict``, or all of it where it is one itself.

    Raises:
        CheckpointError: There are no parameters in it.
    """
    content = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, dict) else None
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and _is_plain_tensor(value) for key, value in content.items()
    ):
        raise CheckpointError(
            f'{source} is not a checkpoint: expected are parameters by name, or a dict with '
            "them under 'state_dict'"
        )
    return content


def checkpoint_bytes(content: dict) -> bytes:
    """A checkpoint file's content, which does not depend on the file's name.

    Args:
        content (dict): Plain values, and tensors, which are written from the CPU's memory; in
            dicts, lists and tuples.
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
    if isinstance(value, list | tuple):
        kind = list if isinstance(value, list) else tuple  # not a named tuple, a class of its own
        return kind(map(_on_cpu, value))
    return value


def _is_plain_tensor(value: object) -> bool:
    """Whether it is one number beside the other, as all of this project's weights are."""
    return (
        isinstance(value, Tensor)
        and not (value.is_nested or value.is_meta or value.is_quantized)
        and value.layout == torch.strided
    )


def _require_plain_archive(path: Path) -> None:
    """Checks that a zip file is of the kind that ``torch.save`` writes.

    Raises:
        CheckpointError: It holds a program, or unpacks to more than itself.
        BadZipFile: It is cut off.
    """
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    if any(entry.filename.endswith('/constants.pkl') for entry in entries):
        raise CheckpointError(
            f'{path} is not a checkpoint but a TorchScript program; give the weights that it was '
            'made from'
        )
    unpacked, packed = sum(entry.file_size for entry in entries), path.stat().st_size
    if unpacked > packed:  # torch stores as it is; a bomb would fill the memory
        raise CheckpointError(
            f'{path} is not a checkpoint that torch wrote: its {packed} bytes unpack to {unpacked}'
        )


def _reason(head: bytes, error: str) -> str:
    """Why a file could not be read, without torch's advice to switch the safety off.

    Args:
        head (bytes): How the file begins.
        error (str): What torch said, on several lines.
    """
    code = re.search(r'GLOBAL ([\w.]{1,80})', error)
    if code:
        return (
            f'it asks for {code[1]}, a Python object, and making one may run any code; have its '
            'author save the state_dict alone'
        )
    if not head:
        return 'it is empty'
    if "can't allocate" in error:
        return 'it asks for more memory than there is'
    if all(byte in b'\t\r\n' or 32 <= byte < 127 for byte in head):
        return 'it is text, such as a web page that came in place of the file; download it again'
    return 'it is cut off, damaged or of another kind; download or save it again'
