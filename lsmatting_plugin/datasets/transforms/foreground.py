"""Re-estimation of foregrounds inside the training pipeline."""

import hashlib
from pathlib import Path

import numpy as np
from torch.utils.data import get_worker_info

from ...foreground.reestimate import reestimate_foreground
from ...image_io import read_intact, write_image
from ...registry import TRANSFORMS
from .base import Transform


@TRANSFORMS.register_module()
class ReestimateForeground(Transform):
    """Make the foreground locally smooth where alpha is below 1 (section 5.4), once per image.

    Instead of a pass over the data set before training: the first epoch takes longer, the results
    are kept. A kept result belongs to the content of foreground and alpha and to the settings, not
    to file names, so that changed data is never mixed up.

    Required keys: ``fg`` (H, W, 3) and ``alpha`` (H, W), uint8, as loaded. Modified key: ``fg``.

    Args:
        cache_dir (str, optional): Where results are kept as PNG; None keeps none.
        kappa (float): As for :func:`~lsmatting_plugin.foreground.reestimate_foreground`.
        num_scales (int): Likewise.
        base_iterations (int): Likewise.
    """

    def __init__(
        self,
        cache_dir: str | None = 'work_dirs/reestimated',
        kappa: float = 1.0,
        num_scales: int = 6,
        base_iterations: int = 20,
    ) -> None:
        self.cache_dir = cache_dir
        self.kappa = kappa
        self.num_scales = num_scales
        self.base_iterations = base_iterations

    def transform(self, results: dict) -> dict:
        """Take the foreground from the cache, or estimate and keep it."""
        fg, alpha = results['fg'], results['alpha']
        if self.cache_dir is None:
            results['fg'] = self._reestimate(fg, alpha)
            return results
        path = Path(self.cache_dir, f'{self._identity(fg, alpha)}.png')
        kept = read_intact(path)
        if kept is None:
            kept = self._reestimate(fg, alpha)
            write_image(kept, path)
        results['fg'] = kept
        return results

    def _reestimate(self, fg: np.ndarray, alpha: np.ndarray) -> np.ndarray:
        # A loader's worker is one of many: more threads would only stand in each other's way.
        num_threads = None if get_worker_info() is None else 1
        settings = (self.kappa, self.num_scales, self.base_iterations)
        return reestimate_foreground(fg, alpha, *settings, num_threads=num_threads)

    def _identity(self, fg: np.ndarray, alpha: np.ndarray) -> str:
        """A hash of all that the result depends on."""
        settings = (self.kappa, self.num_scales, self.base_iterations, fg.shape)
        digest = hashlib.sha256(repr(settings).encode())
        digest.update(fg.tobytes())
        digest.update(alpha.tobytes())
        return digest.hexdigest()[:32]
