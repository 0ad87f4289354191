"""TensorBoard where it is installed."""

import numpy as np
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.visualization import TensorboardVisBackend

from ..registry import VISBACKENDS


class _NoWriter:
    """Takes what a SummaryWriter takes, and does nothing."""

    def add_scalar(self, *_, **__) -> None: ...
    def add_image(self, *_, **__) -> None: ...
    def close(self) -> None: ...


@VISBACKENDS.register_module()
class OptionalTensorboardBackend(TensorboardVisBackend):
    """mmengine's TensorBoard backend, which without the package is silent after one hint.

    ``tensorboard --logdir work_dirs/lsm_r50_aim`` then shows losses, learning rate, metrics and
    the pictures of :class:`.ValidationSheetHook`. After a failure, such as a full disk, it is
    silent too: the thread in which TensorBoard writes has ended then.
    """

    def add_scalar(self, name: str, value: float, step: int = 0, **kwargs) -> None:
        """A point of a curve.

        Raises:
            OSError: It cannot be written; the first time only.
        """
        try:
            super().add_scalar(name, value, step, **kwargs)
        except OSError:
            self._tensorboard = _NoWriter()
            raise

    def add_image(self, name: str, image: np.ndarray, step: int = 0, **kwargs) -> None:
        """A picture (H, W, 3), uint8 RGB.

        Raises:
            OSError: It cannot be written; the first time only.
        """
        try:
            super().add_image(name, image, step, **kwargs)
        except OSError:
            self._tensorboard = _NoWriter()
            raise

    def add_config(self, config: Config, **kwargs) -> None:
        """Leaves out the config, which lies beside: to format it again would take seconds."""

    def _init_env(self) -> None:
        try:
            super()._init_env()
        except ImportError:
            print_log('No TensorBoard: pip install tensorboard, and it is written', 'current')
            self._tensorboard = _NoWriter()
