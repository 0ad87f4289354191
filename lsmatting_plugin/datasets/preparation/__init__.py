"""From the folders of Adobe Image Matting, COCO and VOC to this project's layout."""

from .compositing import COMPOSITING_MODES, composite
from .delivery import ListedForeground, listed_foregrounds, training_foregrounds
from .files import make_own_folder, place
from .manifest import MANIFEST, origin_of
from .photos import find_listed
from .test_set import Composite, prepare_test_set
from .training_set import training_files

__all__ = [
    'COMPOSITING_MODES',
    'MANIFEST',
    'Composite',
    'ListedForeground',
    'composite',
    'find_listed',
    'listed_foregrounds',
    'make_own_folder',
    'origin_of',
    'place',
    'prepare_test_set',
    'training_files',
    'training_foregrounds',
]
