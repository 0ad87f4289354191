"""Data sets and samplers; the pipeline's steps are in :mod:`.transforms`."""

from . import transforms
from .aim_dataset import AIMDataset
from .annotated_dataset import AnnotatedMattingDataset
from .composition1k_dataset import Composition1kDataset
from .sampler import Draw, DrawSampler

__all__ = [
    'AIMDataset',
    'AnnotatedMattingDataset',
    'Composition1kDataset',
    'Draw',
    'DrawSampler',
    'transforms',
]
