"""mmengine's checkpoints, read as this project reads its own."""

import torch
from mmengine.runner.checkpoint import CheckpointLoader

from .checkpoint_error import CheckpointError
from .checkpoint_io import read_checkpoint

# All that mmengine 0.10.7 registers: files, and what it would fetch unchecked, by http too, or by
# the libraries of clusters, and then unpickle with whatever safety the installed torch defaults to.
PREFIXES = (
    *('', 'http://', 'https://', 'open-mmlab://', 'openmmlab://', 'torchvision://', 'modelzoo://'),
    *('mmcls://', 'pavi://', r'(\S+\:)?s3://', r'(\S+\:)?petrel://'),
)


def load_from_safe(filename: str, map_location: str | torch.device | None = None) -> dict:
    """A checkpoint for mmengine: of ``load_from``, of ``resume`` and of pretrained parts.

    Registered for all of mmengine in this process, in place of its loaders. "safe" is what mmengine
    logs as the name of this one.

    Args:
        filename (str): See :func:`.read_checkpoint`.
        map_location (str | torch.device, optional): Where tensors go.

    Raises:
        OSError: The file is not there, or not to be had.
        CheckpointError: It is no checkpoint that can be read safely.
    """
    checkpoint = read_checkpoint(filename, map_location)
    if not isinstance(checkpoint, dict):
        raise CheckpointError(f'{filename} is not a checkpoint: it holds no parameters by name')
    meta = checkpoint.get('meta')
    if isinstance(meta, dict):
        meta.pop('config', None)  # which mmengine would execute when it resumes
    return checkpoint


CheckpointLoader.register_scheme(PREFIXES, load_from_safe, force=True)
