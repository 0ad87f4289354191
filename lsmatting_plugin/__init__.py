"""LSA-Matting for OpenMMLab: local smoothness for deep image matting (arXiv 2112.13809)."""

from . import registry
from .version import __version__

__all__ = ['__version__', 'registry']
