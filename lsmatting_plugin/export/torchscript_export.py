"""The network as a TorchScript file."""

from io import BytesIO
from pathlib import Path

import numpy as np
import torch

from ..models import LSAMattor
from ..whole_files import write_file
from .metadata import describe_prediction
from .parity import require_parity
from .traceable_network import PlainNetwork, example_input, quiet_tracing, traceable


def export_torchscript(model: LSAMattor, path: str | Path) -> float:
    """Writes the plain network as one TorchScript file, whole or not at all.

    ``torch.jit.load`` reads it without this package, from Python or C++, on any device: inputs
    (N, 4, H, W), normalised colours and trimap / 255, with a guide more channels, to raw alpha
    (N, 1, H, W), in evaluation mode and float32; N is any number, H and W any multiples of 32. The
    texts of :func:`.describe_prediction` lie in the file as its extra files, one of each name.

    Before the file appears, it is run on a random input of another size and number.

    Args:
        model (LSAMattor): Stays as it is. A refiner and test-time augmentation are left out.
        path (str | Path): Its folder is made when absent.

    Returns:
        float: Largest difference of raw alpha between file and network on that input.

    Raises:
        ValueError: The network has a part that cannot be exported, or the file's result differs
            from its own by more than 1e-4.
    """
    network = PlainNetwork(model)
    file = BytesIO()
    with quiet_tracing():
        traced = torch.jit.trace(traceable(network), example_input(network), check_trace=False)
        torch.jit.save(traced, file, _extra_files=describe_prediction(model))

    def run(inputs: np.ndarray) -> np.ndarray:
        file.seek(0)
        with quiet_tracing(), torch.no_grad():
            return torch.jit.load(file)(torch.from_numpy(inputs)).numpy()

    difference = require_parity(network, run)
    write_file(file.getvalue(), path)
    return difference
