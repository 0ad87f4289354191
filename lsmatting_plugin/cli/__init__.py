"""The console script ``lsmatting``."""

from .main import main

__all__ = ['main']
