"""The image that a foreground makes over a background."""

import numpy as np

from ...registry import TRANSFORMS
from .base import Transform


@TRANSFORMS.register_module()
class Composite(Transform):
    """Compose the training image, without rounding it.

    Required keys: ``fg``, ``bg`` ((H, W, 3)), ``alpha`` (uint8, (H, W)), all 0..255. Added keys:
    ``merged`` (float32, (H, W, 3), 0..255).

    Source: the paper's recipe, training pipeline.
    """

    def transform(self, results: dict) -> dict:
        """Compose."""
        alpha = results['alpha'][..., None].astype(np.float32) / 255
        # merged = alpha * fg + (1 - alpha) * bg
        results['merged'] = alpha * results['fg'] + (1 - alpha) * results['bg']
        return results
