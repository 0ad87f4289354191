"""Images and trimaps as arrays, checked where they come in."""

import numpy as np

SHAPES = dict(merged='(H, W, 3)', trimap='(H, W)')


def require_array(key: str, image: object, takes_paths: bool = False) -> None:
    """Checks that an image or a trimap is what a network takes.

    Args:
        key (str): 'merged' or 'trimap'.
        image (object): What somebody gave.
        takes_paths (bool): Whether a path would have done too, for the error's words.

    Raises:
        ValueError: It is no uint8 array (H, W, 3), or (H, W) of a trimap, or an empty one.
    """
    shape = SHAPES[key]
    if not isinstance(image, np.ndarray):
        wanted = 'the path of a file or a' if takes_paths else 'a'
        raise ValueError(
            f'{key} must be {wanted} uint8 array {shape}, not a '
            f'{type(image).__module__}.{type(image).__qualname__}'
        )
    channels = (3,) if key == 'merged' else ()
    is_image = image.ndim >= 2 and image.shape[2:] == channels and image.size
    if image.dtype != np.uint8 or not is_image:
        raise ValueError(f'{key} must be uint8 {shape}, not {image.dtype} {image.shape}')
