"""From a photo and its trimap to a cut-out, as the command line and the web page make it."""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from .compositing import composite_over
from .foreground import estimate_foreground
from .photo import to_8_bits, to_16_bits, to_greys
from .trimap import BG, FG, UNKNOWN, SnappedTrimap

# Share of the picture's border that is foreground, above which a trimap is likely to be inverted:
# of 87 trimaps of photos none has above 0.6, of their inverses 41 have above 0.75.
INVERTED_SHARE = 0.75
# Pixels round the object whose colours are kept in a cut-out where they do not show, so that a
# resized cut-out finds them and not black.
BLEED = 8


class CutOut(NamedTuple):
    """An object apart from its background.

    Attributes:
        alpha (ndarray): float32 (H, W), 0..1.
        fg (ndarray): Its own colours, BGR (H, W, 3), of the photo's type.
    """

    alpha: np.ndarray
    fg: np.ndarray

    def rgba(self, is_16bit: bool = False) -> np.ndarray:
        """BGRA (H, W, 4), uint8 or uint16, colours not multiplied by alpha."""
        fg = self._fg(is_16bit)
        kernel = np.ones((2 * BLEED + 1, 2 * BLEED + 1), np.uint8)
        is_near = cv2.dilate((self.alpha > 0).astype(np.uint8), kernel)
        return np.dstack([fg * is_near[..., None], self.matte(is_16bit)])

    def matte(self, is_16bit: bool = False) -> np.ndarray:
        """Alpha (H, W) as uint8 or uint16, rounded."""
        return to_greys(self.alpha, is_16bit)

    def over(self, bg: np.ndarray, is_16bit: bool = False) -> np.ndarray:
        """The object on another background: alpha fg + (1 - alpha) bg.

        Args:
            bg (ndarray): uint8 or uint16 BGR (H, W, 3).
            is_16bit (bool): Whether the result is uint16.

        Returns:
            ndarray: BGR (H, W, 3), uint8 or uint16.
        """
        return composite_over(self._fg(is_16bit), self.alpha, _of_depth(bg, is_16bit))

    def _fg(self, is_16bit: bool) -> np.ndarray:
        return _of_depth(self.fg, is_16bit)


def _of_depth(pixels: np.ndarray, is_16bit: bool) -> np.ndarray:
    return to_16_bits(pixels) if is_16bit else to_8_bits(pixels)


def cut_out(
    estimate: Callable[[np.ndarray, np.ndarray], np.ndarray], photo: np.ndarray, trimap: np.ndarray
) -> CutOut:
    """Matte and colours of an object.

    Args:
        estimate (callable): Image and trimap -> alpha, see :class:`.AlphaEstimator`.
        photo (ndarray): uint8 or uint16 BGR (H, W, 3).
        trimap (ndarray): uint8 (H, W), 0 background, 128 unknown, 255 foreground.

    Raises:
        ValueError: Photo and trimap differ in size.
    """
    require_same_size(photo, trimap)
    alpha = estimate(to_8_bits(photo), trimap)
    return CutOut(alpha, estimate_foreground(photo, alpha))


def require_same_size(photo: np.ndarray, other: np.ndarray, what: str = 'the trimap') -> None:
    """Checks that a trimap, mask or picture of strokes is its photo's.

    Args:
        photo (ndarray): (H, W, 3).
        other (ndarray): (H, W).
        what (str): It is called in the error.

    Raises:
        ValueError: They differ in size.
    """
    if other.shape[:2] != photo.shape[:2]:
        sizes = [f'{image.shape[1]} x {image.shape[0]}' for image in (photo, other)]
        raise ValueError(
            f'the photo has {sizes[0]} pixels, {what} {sizes[1]}; both must have the same size, '
            f'pixel by pixel (make {what} again from this photo)'
        )


def trimap_warnings(snapped: SnappedTrimap, strict_hint: str = '') -> list[str]:
    """What is odd about a trimap, in words, for people.

    Args:
        snapped (SnappedTrimap): With the number of values that were near 0 or 255.
        strict_hint (str): What to do where these were not meant, if something can be done.
    """
    trimap, num_snapped = snapped
    said = []
    if num_snapped:
        hint = f' ({strict_hint})' if strict_hint else ''
        said.append(
            f'{num_snapped} pixels of the trimap were near 0 or 255 and count as background or '
            f'foreground{hint}'
        )
    sides = {'foreground': FG, 'background': BG}
    missing = [name for name, value in sides.items() if not (trimap == value).any()]
    if len(missing) == 2:
        return [*said, 'all of the trimap is unknown']
    said += [f'the trimap has no sure {name}; mattes are better with some' for name in missing]
    border = np.concatenate([trimap[0], trimap[-1], trimap[:, 0], trimap[:, -1]])
    share = np.mean(border == FG)
    if not missing and share > INVERTED_SHARE:
        said.append(
            f"{share:.0%} of the picture's border are foreground; if the object is inside, the "
            'trimap is inverted (255 is the object, 0 the background)'
        )
    if not (trimap == UNKNOWN).any():
        said.append('nothing in the trimap is unknown, so that the matte is the trimap itself')
    return said
