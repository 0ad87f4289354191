"""Mattors without a network, tested as networks are."""

import numpy as np
import torch
from mmengine.model import BaseDataPreprocessor, BaseModel
from mmengine.structures import BaseDataElement
from torch import Tensor

from ..evaluation.baseline import trivial_alpha
from ..guidance.classical import CLASSICAL_METHODS, estimate_alpha
from ..models.known_pixels import as_loaded
from ..registry import MODELS
from ..structures import MattingDataSample


class TrainingFreeMattor(BaseModel):
    """Predicts the matte of each image by a function of image and trimap.

    A subclass implements :meth:`estimate`. Data samples come and go as with
    :class:`.LSAMattor`; there is nothing to train.
    """

    def __init__(self) -> None:
        super().__init__(BaseDataPreprocessor())

    def estimate(self, image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        """The matte of one image.

        Args:
            image (ndarray): uint8 BGR (H, W, 3).
            trimap (ndarray): uint8 (H, W), 0, 128 and 255.

        Returns:
            ndarray: (H, W), float, 0..1.
        """
        raise NotImplementedError

    def forward(
        self,
        inputs: list[Tensor],
        data_samples: list[MattingDataSample],
        mode: str = 'predict',
    ) -> list[MattingDataSample]:
        """The mattes of a batch.

        Args:
            inputs (list[Tensor]): Images, uint8 BGR (3, H, W), of any sizes.
            data_samples (list[MattingDataSample]): With ``trimap`` (1, H, W), uint8, 0, 128, 255.
            mode (str): 'predict'.

        Returns:
            list[MattingDataSample]: Each with ``output.pred_alpha`` (H, W), float32, 0..1.

        Raises:
            ValueError: Another mode is asked for, or an image's matte cannot be estimated.
        """
        if mode != 'predict':
            raise ValueError(f'{type(self).__name__} has nothing to train: test it, tools/test.py')
        for image, sample in zip(inputs, data_samples, strict=True):
            pixels = np.ascontiguousarray(image.permute(1, 2, 0).cpu().numpy())
            try:
                alpha = self.estimate(pixels, sample.trimap[0].cpu().numpy())
            except ValueError as error:
                raise ValueError(f'{sample.get("merged_path", "image")}: {error}') from error
            matte = torch.from_numpy(alpha).float()[None]
            sample.output = BaseDataElement(pred_alpha=as_loaded(matte, sample)[0])
        return data_samples


@MODELS.register_module()
class TrivialMattor(TrainingFreeMattor):
    """0.5 wherever the trimap is unknown: what any method must beat."""

    def estimate(self, image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        """The matte that ignores the image."""
        return trivial_alpha(trimap)


@MODELS.register_module()
class ClassicalMattor(TrainingFreeMattor):
    """One of pymatting's estimators, https://pymatting.github.io, or our own.

    Args:
        method (str): 'closed-form' (Levin et al., *A Closed-Form Solution to Natural Image
            Matting*, 2008), 'knn' (Chen et al., *KNN Matting*, 2013), 'learning-based' (Zheng and
            Kambhamettu, *Learning Based Digital Matting*, 2009), 'large-kernel' (He et al., *Fast
            Matting Using Large Kernel Matting Laplacian Matrices*, 2010), 'random-walk' (Grady et
            al., *Random Walks for Interactive Alpha-Matting*, 2005) or 'sampled-closed-form', see
            :func:`.solve_sampled_closed_form`.

    Raises:
        ValueError: There is no such method.
    """

    def __init__(self, method: str = 'closed-form') -> None:
        super().__init__()
        if method not in CLASSICAL_METHODS:
            raise ValueError(f'method must be one of {list(CLASSICAL_METHODS)}, not {method!r}')
        self.method = method

    def estimate(self, image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        """The matte by that method, which sees the whole image, as its authors' did."""
        return estimate_alpha(image, trimap, self.method, margin=None)
