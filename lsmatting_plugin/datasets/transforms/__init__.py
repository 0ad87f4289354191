"""The steps of the data pipelines, in the order of the paper's recipe."""

from .alpha import RandomAlphaGamma, RandomOpacity
from .colour import ColorJitter, RandomChannelBlend, RandomChannelShuffle, RandomInvert
from .compose import Composite
from .degradation import Quantise, RandomJpeg, RandomNoise
from .flip import RandomFlip, RandomTranspose
from .foreground import ReestimateForeground
from .formatting import PackMattingInputs
from .guide import DrawGuide
from .loading import LoadImage, RequireSameSize
from .randomness import generator
from .rotated_crop import RandomRotatedCrop
from .scene import LoadScene
from .sharpness import RandomBlur, RandomRescale
from .size import LimitSize, PadToMinSize, PadToMultiple, Resize, ResizeLike
from .texture import RandomPhotoTexture
from .trimap import GenerateTrimap, RandomUnknownStrokes, SnapTrimap
from .unknown_crop import RandomUnknownCrop
from .unseen_part import RandomUnseenPart

__all__ = [
    'ColorJitter',
    'Composite',
    'DrawGuide',
    'GenerateTrimap',
    'LimitSize',
    'LoadImage',
    'LoadScene',
    'PackMattingInputs',
    'PadToMinSize',
    'PadToMultiple',
    'Quantise',
    'RandomAlphaGamma',
    'RandomBlur',
    'RandomChannelBlend',
    'RandomChannelShuffle',
    'RandomFlip',
    'RandomInvert',
    'RandomJpeg',
    'RandomNoise',
    'RandomOpacity',
    'RandomPhotoTexture',
    'RandomRescale',
    'RandomRotatedCrop',
    'RandomTranspose',
    'RandomUnknownCrop',
    'RandomUnknownStrokes',
    'RandomUnseenPart',
    'ReestimateForeground',
    'RequireSameSize',
    'Resize',
    'ResizeLike',
    'SnapTrimap',
    'generator',
]
