"""A generated stand-in for Adobe Image Matting (AIM): foregrounds with true alpha, backgrounds.

Everything is drawn by this package from a seed; nothing is downloaded, no photograph is contained.
"""

from .backgrounds import make_background
from .foregrounds import KINDS, make_foreground
from .trimap import make_trimap
from .writer import write_dataset

__all__ = ['KINDS', 'make_background', 'make_foreground', 'make_trimap', 'write_dataset']
