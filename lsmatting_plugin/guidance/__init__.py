"""Guides: what methods without a network make of image and trimap, as input of a network."""

from .guides import GUIDES, Guide, make_guide

__all__ = ['GUIDES', 'Guide', 'make_guide']
