"""Data sets and samplers; the pipeline's steps are in :mod:`.transforms`."""

from . import transforms
from .aim_dataset import AIMDataset
from .alphamatting_dataset import AlphamattingDataset
from .annotated_dataset import AnnotatedMattingDataset
from .composition1k_dataset import Composition1kDataset
from .image_cache import ImageCache
from .sampler import Draw, DrawSampler
from .scenes_dataset import ScenesDataset

__all__ = [
    'AIMDataset',
    'AlphamattingDataset',
    'AnnotatedMattingDataset',
    'Composition1kDataset',
    'Draw',
    'DrawSampler',
    'ImageCache',
    'ScenesDataset',
    'transforms',
]
