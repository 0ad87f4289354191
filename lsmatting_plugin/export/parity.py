"""Whether an exported network computes what the network itself does."""

from collections.abc import Callable

import numpy as np
import torch

from .traceable_network import PlainNetwork

TOLERANCE = 1e-4  # of alpha, which lies in 0..1; a step of an 8-bit matte is 4e-3
CHECKED_SIZE = (3, 160, 128)  # unlike the example's in number, height and width


def require_parity(network: PlainNetwork, run: Callable[[np.ndarray], np.ndarray]) -> float:
    """Compares an exported network with the one it was made from, on a random input.

    Args:
        network (PlainNetwork): The original.
        run (callable): The export: input (N, C, H, W) -> raw alpha (N, 1, H, W), both float32.

    Returns:
        float: The largest difference of raw alpha.

    Raises:
        ValueError: It exceeds 1e-4, or 1e-4 of the largest raw alpha where that is above 1.
    """
    rng = np.random.default_rng(0)
    number, height, width = CHECKED_SIZE
    size = (number, network.num_channels, height, width)
    inputs = rng.standard_normal(size, np.float32)
    inputs[:, 3] = rng.choice((0, 128 / 255, 1), inputs[:, 3].shape)
    with torch.no_grad():
        expected = network(torch.from_numpy(inputs)).numpy()
    try:
        exported = run(inputs)
    except Exception as error:  # onnxruntime's and torch's have no useful class in common
        raise ValueError(
            f'This network cannot be exported: the export does not run on an input of '
            f'{size}: {error}'
        ) from error
    difference = float(np.abs(exported - expected).max())
    # Raw alpha of an untrained network may be of any size, and float32 is as exact as that is.
    if not difference <= TOLERANCE * max(1, float(np.abs(expected).max())):  # also not where NaN
        raise ValueError(
            f'This network cannot be exported: on an input of {size} the export differs '
            f'from it by {difference:.2g}'
        )
    return difference
