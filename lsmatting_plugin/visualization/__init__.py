"""Pictures of mattes."""

from .contact_sheet import checkerboard, composite_over, contact_sheet
from .regions import regions_over

__all__ = ['checkerboard', 'composite_over', 'contact_sheet', 'regions_over']
