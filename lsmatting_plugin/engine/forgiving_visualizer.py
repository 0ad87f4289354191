"""A log of numbers and pictures that is no reason to end a training."""

import logging

import numpy as np
from mmengine.dist import master_only
from mmengine.logging import print_log
from mmengine.visualization import Visualizer

from ..registry import VISUALIZERS


@VISUALIZERS.register_module()
class ForgivingVisualizer(Visualizer):
    """mmengine's ``Visualizer`` that goes on when a number or a picture cannot be written.

    A full disk would otherwise end a training by its next log line, before the disk is freed for
    the next checkpoint. The first failure is reported.
    """

    _has_failed = False

    @master_only
    def add_scalars(self, scalar_dict: dict, *args, **kwargs) -> None:
        """Hands numbers to each backend that can take them."""
        for backend in self._vis_backends.values():
            self._try(backend.add_scalars, scalar_dict, *args, **kwargs)

    @master_only
    def add_image(self, name: str, image: np.ndarray, *args, **kwargs) -> None:
        """Hands a picture (H, W, 3), uint8 RGB, to each backend that can take it."""
        for backend in self._vis_backends.values():
            self._try(backend.add_image, name, image, *args, **kwargs)

    def close(self) -> None:
        """Closes the backends."""
        for backend in self._vis_backends.values():
            self._try(backend.close)

    def _try(self, write, *args, **kwargs) -> None:
        try:
            write(*args, **kwargs)
        except OSError as error:
            if not self._has_failed:
                print_log(f'Numbers for the curves are lost: {error}', 'current', logging.WARNING)
            self._has_failed = True
