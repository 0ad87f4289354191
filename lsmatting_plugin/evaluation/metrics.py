"""The matting errors as metrics that a Runner logs: SAD, MattingMSE, GradientError and so on."""

from collections.abc import Sequence
from pathlib import PurePath
from statistics import fmean
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric

from ..registry import METRICS
from . import functional

# the fields that a metric reads, and what to do about an absent one
_WANTED = {
    'pred_alpha': "the predicted alpha, 'output.pred_alpha': run the model in mode 'predict'",
    'ori_alpha': "the true alpha, 'ori_alpha': load it in the test pipeline, or set no evaluator",
    'ori_trimap': "the trimap, 'ori_trimap': load it in the test pipeline",
}


class MattingMetric(BaseMetric):
    """Mean over the data set of one error of :mod:`.functional`, logged under the class's name.

    A subclass sets ``error``. It reads these fields of a data sample: ``ori_alpha`` (1, H, W)
    uint8, ``ori_trimap`` (1, H, W) uint8, ``output.pred_alpha`` (H, W), float 0..1 or, as mmedit's
    mattors give it, uint8 0..255; and, to name the image, the meta field ``matte_name`` or
    ``merged_path``. Images whose ``matte_name`` has a folder (alphamatting.com's ``Trimap1`` and so
    on) are also averaged folder by folder.

    Args:
        protocol: 'dim' (the official MATLAB code) or 'lsa', see :mod:`.functional`.
        collect_device: 'cpu' or 'gpu', where results of several processes meet.
        prefix: Put before the logged name as ``prefix/name``.
        requires_alpha: Whether an image without a true alpha is an error; else it is passed over,
            and without any true alpha nothing is logged.

    Attributes:
        per_image: (``matte_name`` or file name of the image, error) in the order of the data set;
            filled by ``evaluate``, on the main process only.

    Raises:
        ValueError: If there is no such protocol.
    """

    default_prefix = ''  # None would make mmengine warn that no prefix is set

    def __init__(
        self,
        protocol: str = 'dim',
        collect_device: str = 'cpu',
        prefix: str | None = None,
        requires_alpha: bool = True,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        functional.check_protocol(protocol)
        self.protocol = protocol
        self.requires_alpha = requires_alpha
        self.per_image: list[tuple[str, float]] = []

    @staticmethod
    def error(
        pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str
    ) -> float:
        """The error of one image, a function of :mod:`.functional`.

        Args:
            pred_alpha: Predicted alpha (H, W), uint8 0..255 or float 0..1.
            gt_alpha: True alpha (H, W), uint8 0..255.
            trimap: Trimap (H, W), uint8.
            protocol: 'dim' or 'lsa'.
        """
        raise NotImplementedError

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Add the error of each image to ``self.results``.

        Args:
            data_batch: Not used.
            data_samples: The model's outputs as dicts with the fields named above.

        Raises:
            ValueError: If a field is absent or not as described; the message names the image.
        """
        for data_sample in data_samples:
            name = str(data_sample.get('merged_path', f'image {len(self.results)}'))
            short_name = data_sample.get('matte_name', PurePath(name).name)
            if 'ori_alpha' not in data_sample and not self.requires_alpha:
                self.results.append((short_name, None))
                continue
            pred_alpha = _image(data_sample.get('output', {}), 'pred_alpha', name)
            gt_alpha = _image(data_sample, 'ori_alpha', name)
            trimap = _image(data_sample, 'ori_trimap', name)
            try:
                value = self.error(pred_alpha, gt_alpha, trimap, self.protocol)
            except ValueError as error:
                raise ValueError(f'{name}: {error}') from error
            self.results.append((short_name, value))

    def compute_metrics(self, results: list[tuple[str, float | None]]) -> dict[str, float]:
        """The mean error, under the class's name; keeps the single errors in ``per_image``.

        Args:
            results: (file name, error) of every image; None where it could not be scored.

        Returns:
            The class's name and the mean; where the names have folders also ``name/folder`` and
            the mean there.

        Raises:
            ValueError: If there are no results.
        """
        name = type(self).__name__
        if not results:
            raise ValueError(f'{name} has no image to average over: is the data set empty?')
        self.per_image = [result for result in results if result[1] is not None]
        groups = {}
        for image_name, value in self.per_image:
            folder = str(PurePath(image_name).parent)
            groups.setdefault(name, []).append(value)
            if folder != '.':
                groups.setdefault(f'{name}/{folder}', []).append(value)
        return {key: fmean(values) for key, values in groups.items()}


@METRICS.register_module()
class SAD(MattingMetric):
    """Sum of absolute differences / 1000, :func:`.functional.sad`. Args as ``MattingMetric``."""

    error = staticmethod(functional.sad)


@METRICS.register_module()
class MattingMSE(MattingMetric):
    """Mean squared error, :func:`.functional.mse`, not times 1000. Args as ``MattingMetric``."""

    error = staticmethod(functional.mse)


@METRICS.register_module()
class GradientError(MattingMetric):
    """Gradient error / 1000, :func:`.functional.gradient_error`. Args as ``MattingMetric``."""

    error = staticmethod(functional.gradient_error)


@METRICS.register_module()
class ConnectivityError(MattingMetric):
    """Connectivity error / 1000, :func:`.functional.connectivity_error`.

    Args as ``MattingMetric``.
    """

    error = staticmethod(functional.connectivity_error)


def _image(fields: dict, key: str, image_name: str) -> np.ndarray:
    """The tensor (H, W) or (1, H, W) under that key as an array (H, W)."""
    if key not in fields:
        raise ValueError(f'{image_name}: the data sample lacks {_WANTED[key]}')
    image = fields[key].cpu().numpy()
    return image[0] if image.ndim == 3 and len(image) == 1 else image
