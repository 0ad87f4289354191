"""From the folders of Adobe Image Matting, COCO and VOC to this project's layout."""

from .compositing import COMPOSITING_MODES, composite
from .delivery import ListedForeground, listed_foregrounds, training_foregrounds
from .files import place
from .test_set import MANIFEST, Composite, prepare_test_set

__all__ = [
    'COMPOSITING_MODES',
    'MANIFEST',
    'Composite',
    'ListedForeground',
    'composite',
    'listed_foregrounds',
    'place',
    'prepare_test_set',
    'training_foregrounds',
]
