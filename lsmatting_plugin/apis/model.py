"""A ready network from a config and a checkpoint."""

from pathlib import Path

import torch
from mmengine.config import Config

from ..checkpoint_fit import require_fit
from ..checkpoint_io import read_state_dict
from ..config_io import build_part, read_config
from ..models import LSAMattor
from ..registry import MODELS


def init_model(
    config: str | Path | Config,
    checkpoint: str | Path | None = None,
    device: str | torch.device | None = None,
) -> LSAMattor:
    """Builds a network and loads its weights.

    Args:
        config (str | Path | Config): A config file, or one that is read already.
        checkpoint (str | Path, optional): A checkpoint of this project or of the paper's released
            format (``{'epoch', 'state_dict'}``, keys with ``module.``), see
            :func:`.read_checkpoint`. It must have every parameter of the network and no other.
            None leaves the weights at random.
        device (str | torch.device, optional): Defaults to a GPU where there is one, else the CPU.

    Returns:
        LSAMattor: In evaluation mode, a copy of its config at ``model.cfg``.

    Raises:
        OSError: There is no such config or checkpoint.
        ValueError: The config names parts that are not here; the checkpoint cannot be read, or does
            not fit the config; or there is no such device.
    """
    config = read_config(config)
    model = build_part(config, MODELS, config.model, 'the model')
    model.cfg = config
    if checkpoint is not None:
        state_dict = read_state_dict(checkpoint)
        require_fit(model, state_dict, str(checkpoint))
        model.load_state_dict(state_dict)
    model.to(choose_device(device))
    model.eval()  # not every model's returns itself
    return model


def choose_device(device: str | torch.device | None = None) -> torch.device:
    """The device of that name; None is a GPU where there is one, else the CPU.

    Raises:
        ValueError: There is no such device here.
    """
    try:
        chosen = torch.device(device or ('cuda' if torch.cuda.is_available() else 'cpu'))
    except RuntimeError as error:
        raise ValueError(f'No device {device!r}; known are cpu, cuda, cuda:1 and so on') from error
    if chosen.type == 'cuda' and (chosen.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f'No device {device!r} here: PyTorch {torch.__version__} sees '
            f'{torch.cuda.device_count()} GPUs'
        )
    return chosen
