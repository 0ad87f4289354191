"""Pictures of mattes."""

from .contact_sheet import checkerboard, composite_over, contact_sheet
from .cover import cover
from .regions import regions_over

__all__ = ['checkerboard', 'composite_over', 'contact_sheet', 'cover', 'regions_over']
