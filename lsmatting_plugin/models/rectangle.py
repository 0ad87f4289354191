"""Parts of an image."""

from typing import NamedTuple

from torch import Tensor


class Rectangle(NamedTuple):
    """Pixels of rows top..bottom-1 and columns left..right-1."""

    top: int
    bottom: int
    left: int
    right: int

    def grown(self, by: int, height: int, width: int) -> 'Rectangle':
        """Larger by so many pixels on all sides, within an image of that size."""
        return Rectangle(
            max(self.top - by, 0),
            min(self.bottom + by, height),
            max(self.left - by, 0),
            min(self.right + by, width),
        )

    def of(self, x: Tensor) -> Tensor:
        """Those pixels of x (..., H, W)."""
        return x[..., self.top : self.bottom, self.left : self.right]

    def within(self, outer: 'Rectangle') -> 'Rectangle':
        """The same pixels, counted from the corner of a rectangle that holds them."""
        return Rectangle(
            self.top - outer.top,
            self.bottom - outer.top,
            self.left - outer.left,
            self.right - outer.left,
        )

    def reduced(self, factor: int) -> 'Rectangle':
        """The same part of an image smaller by a factor; its last pixels may be cut by the edge."""
        return Rectangle(
            self.top // factor,
            -(-self.bottom // factor),
            self.left // factor,
            -(-self.right // factor),
        )
