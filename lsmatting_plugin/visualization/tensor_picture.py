"""Images of the pipeline and of networks, which are tensors, as pictures."""

from typing import TYPE_CHECKING

import numpy as np

from ..photo import to_greys

if TYPE_CHECKING:  # pictures of arrays need no torch
    from torch import Tensor


def as_picture(image: 'Tensor') -> np.ndarray:
    """An image as it is shown and written.

    Args:
        image (Tensor): (1, H, W) or (3, H, W), BGR, of any type, 0..255; clipped, and rounded. NaN
            is black.

    Returns:
        ndarray: uint8, (H, W) or (H, W, 3).
    """
    array = np.nan_to_num(image.float().cpu().numpy(), posinf=255).clip(0, 255)
    picture = np.rint(array).astype(np.uint8)
    return picture[0] if len(picture) == 1 else np.ascontiguousarray(picture.transpose(1, 2, 0))


def matte_picture(alpha: 'Tensor | np.ndarray') -> np.ndarray:
    """A predicted matte as it is shown and written.

    Args:
        alpha (Tensor | ndarray): (H, W), float 0..1, which is rounded, or uint8 0..255.

    Returns:
        ndarray: uint8 (H, W).
    """
    array = alpha if isinstance(alpha, np.ndarray) else alpha.cpu().numpy()
    return array if array.dtype == np.uint8 else to_greys(array)
