"""From the arrays of a pipeline to what a model takes."""

from collections.abc import Sequence

import numpy as np
import torch

from ...registry import TRANSFORMS
from ...structures import MattingDataSample
from .base import Transform, as_keys


@TRANSFORMS.register_module()
class PackMattingInputs(Transform):
    """Pack the image as input and all else as data sample, under mmedit's field names.

    Required keys: ``merged``. Used where present: the keys of ``FIELDS`` and ``META_KEYS``.

    The result has two entries:
        inputs (torch.Tensor): ``merged`` as (3, H, W), BGR, 0..255, its dtype (uint8 or float32)
            kept; the data preprocessor normalises it.
        data_samples (MattingDataSample): Each image as tensor (1, H, W) or (3, H, W) in the field
            that ``FIELDS`` gives, dtype kept; paths and the size as loaded as metainfo.

    No tensor shares memory with another one, or with an array that came in.

    Source: mmedit's ``PackEditInputs``.

    Args:
        keys (Sequence[str] | None): Which of the keys in ``FIELDS`` to pack, where present; None
            for all. Training needs only alpha and trimap; fg, bg and merged would more than treble
            what is sent to the device.

    Raises:
        ValueError: If a key is not in ``FIELDS``.
    """

    FIELDS = {
        'alpha': 'gt_alpha',
        'fg': 'gt_fg',
        'bg': 'gt_bg',
        'merged': 'gt_merged',
        'trimap': 'trimap',
        'guide': 'guide',
        'ori_alpha': 'ori_alpha',
        'ori_trimap': 'ori_trimap',
    }
    META_KEYS = (
        'merged_path',
        'trimap_path',
        'alpha_path',
        'fg_path',
        'bg_path',
        'matte_name',
        'ori_merged_shape',
    )

    def __init__(self, keys: Sequence[str] | None = None) -> None:
        self.keys = tuple(self.FIELDS) if keys is None else as_keys(keys)
        unknown = set(self.keys) - set(self.FIELDS)
        if unknown:
            raise ValueError(f'keys must be among {list(self.FIELDS)}, got {sorted(unknown)}')

    def transform(self, results: dict) -> dict:
        """Pack the sample."""
        sample = MattingDataSample(
            metainfo={key: results[key] for key in self.META_KEYS if key in results}
        )
        sample.set_data(
            {self.FIELDS[key]: _to_tensor(results[key]) for key in self.keys if key in results}
        )
        return {'inputs': _to_tensor(results['merged']), 'data_samples': sample}


def _to_tensor(image: np.ndarray) -> torch.Tensor:
    """(H, W) to (1, H, W), (H, W, C) to (C, H, W); always a copy."""
    channels_first = image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
    return torch.from_numpy(np.array(channels_first, order='C'))
