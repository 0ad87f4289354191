"""Pictures of mattes."""

from .contact_sheet import checkerboard, composite_over, contact_sheet

__all__ = ['checkerboard', 'composite_over', 'contact_sheet']
