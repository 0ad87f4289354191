"""The matting errors as metrics that a Runner logs: SAD, MattingMSE, GradientError and so on."""

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmengine.structures import BaseDataElement

from ..registry import METRICS
from . import functional
from .results import means_of

Task = tuple[Callable[..., float], str]  # an error of :mod:`.functional` and its protocol

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
    on) are also averaged folder by folder. Each image counts once, also one without unknown pixels,
    whose error is what :mod:`.functional` says. The mean does not depend on the images' order.

    Args:
        protocol: 'dim' (the official MATLAB code) or 'lsa', see :mod:`.functional`.
        collect_device: 'cpu' or 'gpu', where results of several processes meet.
        prefix: Put before the logged name as ``prefix/name``.
        requires_alpha: Whether an image without a true alpha is an error; else it is passed over,
            and without any true alpha nothing is logged.

    Attributes:
        per_image: (``matte_name`` or file name of the image, error) of every image in the order of
            the data set, None where it could not be scored; filled by ``evaluate``, on the main
            process only.

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
        self.per_image: list[tuple[str, float | None]] = []

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
            image = image_to_score(data_sample, len(self.results), self.requires_alpha)
            self.results.append((image.name, image.errors([self.task])[0]))

    @property
    def task(self) -> 'Task':
        """What the metric computes of an image; picklable."""
        return type(self).error, self.protocol

    def compute_metrics(self, results: list[tuple[str, float | None]]) -> dict[str, float]:
        """The mean error, under the class's name; keeps the single errors in ``per_image``.

        Args:
            results: (file name, error) of every image; None where it could not be scored.

        Returns:
            The class's name and the mean; where the names have folders also ``name/folder`` and
            the mean there.

        Raises:
            ValueError: If there are no results, or an error is not a number.
        """
        name = type(self).__name__
        if not results:
            raise ValueError(f'{name} has no image to average over: is the data set empty?')
        self.per_image = results
        return means_of(name, [(image, error) for image, error in results if error is not None])


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


class ImageToScore(NamedTuple):
    """An image as all matting metrics see it.

    Attributes:
        name (str): By which it is listed.
        path (str): By which errors name it.
        alphas (tuple[ndarray, ndarray, ndarray] | None): Predicted alpha, true alpha and trimap,
            each (H, W); None where the truth is not known.
    """

    name: str
    path: str
    alphas: tuple[np.ndarray, np.ndarray, np.ndarray] | None

    def errors(self, tasks: Sequence[Task]) -> list[float | None]:
        """One error per task; None where the true alpha is not known.

        Raises:
            ValueError: The alphas are not as the error's function wants them.
        """
        if self.alphas is None:
            return [None] * len(tasks)
        try:
            return [error(*self.alphas, protocol) for error, protocol in tasks]
        except ValueError as error:
            raise ValueError(f'{self.path}: {error}') from error


def image_to_score(data_sample: dict, number: int, requires_alpha: bool) -> ImageToScore:
    """What metrics read of a model's output.

    Args:
        data_sample: With the fields that :class:`MattingMetric` names.
        number: Of the image in the data set, by which it is called if it has no path.
        requires_alpha: Whether the true alpha must be there.

    Raises:
        ValueError: A field is absent; the message names the image.
    """
    path = str(data_sample.get('merged_path', f'image {number}'))
    name = image_name(data_sample, number)
    if 'ori_alpha' not in data_sample and not requires_alpha:
        return ImageToScore(name, path, None)
    pred_alpha = _image(data_sample.get('output', {}), 'pred_alpha', path)
    gt_alpha = _image(data_sample, 'ori_alpha', path)
    return ImageToScore(name, path, (pred_alpha, gt_alpha, _image(data_sample, 'ori_trimap', path)))


def image_name(data_sample: dict | BaseDataElement, number: int = 0) -> str:
    """By which an image is listed: what a benchmark calls its matte, else the name of its file."""
    path = str(data_sample.get('merged_path', f'image {number}'))
    return data_sample.get('matte_name', PurePath(path).name)


def _image(fields: dict, key: str, image_name: str) -> np.ndarray:
    """The tensor (H, W) or (1, H, W) under that key as an array (H, W)."""
    if key not in fields:
        raise ValueError(f'{image_name}: the data sample lacks {_WANTED[key]}')
    image = fields[key].detach().cpu()
    if image.dtype == torch.bfloat16:  # which numpy does not have
        image = image.float()
    image = image.numpy()
    return image[0] if image.ndim == 3 and len(image) == 1 else image
