"""Re-estimation of training foregrounds under the local smoothness assumption (section 5.4)."""

from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2
import numpy as np
import torch

from ..parallel import available_cores
from .reestimate_torch import reestimate_tensor

Array = TypeVar('Array', np.ndarray, torch.Tensor)

# Beyond, sums of kappa q overflow in single precision, or vanish where alpha is 0.
MIN_KAPPA, MAX_KAPPA = 1e-30, 1e30


def reestimate_foreground(
    fg: Array,
    alpha: Array,
    kappa: float = 1.0,
    num_scales: int = 6,
    base_iterations: int = 20,
    num_threads: int | None = None,
) -> Array:
    r"""Foreground colours that are locally smooth where alpha is below 1.

    Colours that a data set gives for nearly transparent pixels are noise. They are replaced by the
    minimiser F of

    .. math::
        \sum_i (\alpha_i F_i - I_i)^2
        + \kappa \sum_i \sum_{n \in N(i)} (q_i + q_n) (F_i - F_n)^2 / 2,
        \quad q = (1 - \alpha)^2,

    with the image :math:`I = \alpha F_0` and the four neighbours N(i), approached by Jacobi sweeps
    from coarse to fine. Where alpha and its neighbours are 1, F = F_0.

    Arrays are solved on the CPU by compiled sweeps over cache-sized tiles (the first call compiles
    them, once per machine), tensors on their device. Both equal the original implementation within
    one level.

    Args:
        fg (ndarray | Tensor): Colours F_0, uint8 (H, W, 3).
        alpha (ndarray | Tensor): Their matte, uint8 (H, W).
        kappa (float): Weight of smoothness, ``MIN_KAPPA`` .. ``MAX_KAPPA``.
        num_scales (int): Scales 1/2^(num_scales - 1) .. 1; fewer where a side would vanish.
        base_iterations (int): Sweeps at full size; each halving doubles them.
        num_threads (int, optional): For arrays; defaults to the cores this process may use. The
            result does not depend on it.

    Returns:
        ndarray | Tensor: uint8 (H, W, 3), truncated as in the original, of the kind of ``fg``.

    Raises:
        ValueError: The arrays have another type or do not fit together, or a number is out of
            range.
    """
    _check(fg, alpha)
    if not MIN_KAPPA <= kappa <= MAX_KAPPA or num_scales < 1 or base_iterations < 0:
        raise ValueError(
            f'kappa must be {MIN_KAPPA:g} to {MAX_KAPPA:g}, num_scales at least 1 and '
            f'base_iterations at least 0, not {kappa}, {num_scales} and {base_iterations}'
        )
    if isinstance(fg, torch.Tensor):
        return reestimate_tensor(fg, alpha, kappa, num_scales, base_iterations)
    from .sweeps import sweep  # numba takes half a second to import

    num_threads = num_threads or available_cores()
    height, width = alpha.shape
    full_matte = alpha.astype(np.float32) / 255
    full_image: np.ndarray = np.stack([plane.astype(np.float32) for plane in cv2.split(fg)])
    full_image /= 255
    scales = [scale for scale in reversed(range(num_scales)) if min(height, width) >> scale]
    colours = _resize(full_image, height >> scales[0], width >> scales[0])
    full_image = full_image * full_matte
    with ThreadPoolExecutor(num_threads) as pool:
        for scale in scales:
            h, w = height >> scale, width >> scale
            matte = _resize(full_matte[None], h, w)[0]
            image = _resize(full_image, h, w)
            colours = _resize(colours, h, w)
            iterations = base_iterations * 2**scale
            colours = sweep(colours, image, matte, kappa, iterations, pool, num_threads)
    del image, full_image
    np.clip(colours, 0, 1, out=colours)
    colours *= 255
    return cv2.merge([plane.astype(np.uint8) for plane in colours])


def _resize(planes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Planes (C, h, w) at another size, bilinear; themselves where the size is theirs."""
    if planes.shape[1:] == (height, width):
        return planes
    size = (width, height)
    return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in planes])


def _check(fg: np.ndarray | torch.Tensor, alpha: np.ndarray | torch.Tensor) -> None:
    if type(fg) is not type(alpha):
        raise ValueError(
            f'fg and alpha must be both arrays or both tensors, not {type(fg)} and {type(alpha)}'
        )
    uint8 = torch.uint8 if isinstance(fg, torch.Tensor) else np.uint8
    if fg.dtype != uint8 or fg.ndim != 3 or fg.shape[2] != 3:
        raise ValueError(f'fg must be uint8 (H, W, 3), not {fg.dtype} {tuple(fg.shape)}')
    if alpha.dtype != uint8 or alpha.ndim != 2:
        raise ValueError(f'alpha must be uint8 (H, W), not {alpha.dtype} {tuple(alpha.shape)}')
    if fg.shape[:2] != alpha.shape or 0 in alpha.shape:
        raise ValueError(
            f'fg {tuple(fg.shape)} and alpha {tuple(alpha.shape)} must have one size, not empty'
        )
