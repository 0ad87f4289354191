"""Guides drawn in the data pipeline."""

import numpy as np

from ...guidance import GUIDES, make_guide
from ...registry import TRANSFORMS
from .base import Transform


@TRANSFORMS.register_module()
class DrawGuide(Transform):
    """Draw a guide for a network that takes one beside image and trimap.

    Required keys: ``merged`` (uint8, (H, W, 3)), ``trimap`` (uint8, (H, W): 0, 128, 255). Added
    keys: ``guide`` (uint8, (H, W, C)).

    Args:
        guide (str): One of :data:`.GUIDES`.

    Raises:
        ValueError: There is no such guide.
    """

    def __init__(self, guide: str = 'sampling') -> None:
        if guide not in GUIDES:
            raise ValueError(f'guide must be one of {list(GUIDES)}, got {guide!r}')
        self.guide = guide

    def transform(self, results: dict) -> dict:
        """Draw it."""
        guide = make_guide(self.guide, results['merged'], results['trimap'])
        results['guide'] = np.rint(guide).astype(np.uint8)
        return results
