"""The steps of the data pipelines, in the order of the paper's recipe."""

from .alpha import RandomAlphaGamma
from .colour import ColorJitter, RandomChannelBlend, RandomChannelShuffle, RandomInvert
from .compose import Composite
from .flip import RandomFlip, RandomTranspose
from .foreground import ReestimateForeground
from .formatting import PackMattingInputs
from .loading import LoadImage, RequireSameSize
from .randomness import generator
from .rotated_crop import RandomRotatedCrop
from .sharpness import RandomBlur, RandomRescale
from .size import LimitSize, PadToMinSize, PadToMultiple, Resize, ResizeLike
from .trimap import GenerateTrimap, SnapTrimap

__all__ = [
    'ColorJitter',
    'Composite',
    'GenerateTrimap',
    'LimitSize',
    'LoadImage',
    'PackMattingInputs',
    'PadToMinSize',
    'PadToMultiple',
    'RandomAlphaGamma',
    'RandomBlur',
    'RandomChannelBlend',
    'RandomChannelShuffle',
    'RandomFlip',
    'RandomInvert',
    'RandomRescale',
    'RandomRotatedCrop',
    'RandomTranspose',
    'ReestimateForeground',
    'RequireSameSize',
    'Resize',
    'ResizeLike',
    'SnapTrimap',
    'generator',
]
