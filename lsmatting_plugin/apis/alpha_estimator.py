"""One way to a matte, whatever computes it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..cutout import require_same_size
from ..guidance.classical import CLASSICAL_METHODS, estimate_alpha
from ..trimap import snap_trimap
from .arrays import require_array
from .inferencer import MattingInferencer
from .onnx_inferencer import OnnxInferencer, Provider

METHODS = ('auto', 'network', *CLASSICAL_METHODS)
# Pixels. In tiles a large photo fits into memory, and its matte is the same; smaller ones are a
# single tile.
TILE = 1536


class AlphaEstimator:
    """Alpha mattes by a network or a classical method.

    Args:
        method (str): 'auto', the best there is, which is the network; 'network'; or one of
            :data:`.CLASSICAL_METHODS`.
        config (str | Path, optional): Of the network; None is the shipped model's.
        checkpoint (str | Path, optional): Its weights; None are the shipped ones.
        device (str, optional): 'auto', 'cpu', 'cuda' and so on; classical methods know the CPU
            alone.
        onnx (str | Path, optional): An exported network in the place of config and checkpoint.
        **options: Of :class:`.MattingInferencer`: ``refine_steps``, ``tta``, ``tile``, ... Photos
            are never reduced; ``tile`` is ``TILE`` where it is not given and the network allows it.

    Attributes:
        name (str): What computes the mattes, for people.
        is_network (bool): Whether it is a network.

    Raises:
        FileNotFoundError: There is no such config or checkpoint.
        ValueError: There is no such method, or options do not fit it.
    """

    def __init__(
        self,
        method: str = 'auto',
        config: str | Path | None = None,
        checkpoint: str | Path | None = None,
        device: str | torch.device | None = 'auto',
        onnx: str | Path | None = None,
        **options: Any,
    ) -> None:
        if method not in METHODS:
            raise ValueError(f'method must be one of {list(METHODS)}, not {method!r}')
        method = 'network' if method == 'auto' else method
        options = {key: value for key, value in options.items() if value}
        files = dict(config=config, checkpoint=checkpoint, onnx=onnx)
        of_network = {**options, **{key: value for key, value in files.items() if value}}
        if method != 'network' and of_network:
            wrong = ', '.join(of_network)
            raise ValueError(f'{wrong}: for networks only, and the method here is {method}')
        if method != 'network' and str(device or 'auto') not in ('auto', 'cpu'):
            raise ValueError(f'{method} computes on the CPU alone, not on {device}')
        if onnx and len(of_network) > 1:
            raise ValueError(f'{", ".join(of_network)}: an exported network takes no other options')
        self.name = method
        self.is_network = method == 'network'
        self._estimate: Callable[[np.ndarray, np.ndarray], np.ndarray]
        if onnx:
            exported = OnnxInferencer(onnx, _providers(device), max_size=None)
            self.name = f'network {exported.name} by onnxruntime'
            self._estimate = lambda image, trimap: exported(image, trimap)['pred_alpha']
        elif method == 'network':
            inferencer = MattingInferencer(
                config,
                checkpoint,
                None if device == 'auto' else device,
                max_size=None,
                **options,
            )
            if 'tile' not in options and inferencer.model.is_local:
                inferencer.model.test_cfg['tile'] = TILE
            self.name = f'network {inferencer.name} on {inferencer.device}'
            self._estimate = lambda image, trimap: inferencer(image, trimap)['pred_alpha']
        else:
            self._estimate = lambda image, trimap: estimate_alpha(image, trimap, method)

    def __call__(self, image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        """The matte of an image.

        Args:
            image (ndarray): uint8 BGR (H, W, 3).
            trimap (ndarray): uint8 (H, W), 0 background, 128 unknown, 255 foreground; values near
                0 and 255 count as these, see :func:`.snap_trimap`.

        Returns:
            ndarray: float32 (H, W), 0..1; 0 and 1 where the trimap is known.

        Raises:
            ValueError: The arrays are no image or trimap, their sizes differ, or the method needs
                something known.
        """
        require_array('merged', image)
        require_array('trimap', trimap)
        require_same_size(image, trimap)
        trimap = snap_trimap(trimap).trimap
        alpha = self._estimate(image, trimap)
        return np.where(trimap == 255, 1, np.where(trimap == 0, 0, alpha)).astype(np.float32)


def _providers(device: str | torch.device | None) -> list[Provider] | None:
    """What onnxruntime computes with on a device; None is the best that there is."""
    if device is None or str(device) == 'auto':
        return None
    kind, number = torch.device(device).type, torch.device(device).index or 0
    if kind == 'cuda':
        return [('CUDAExecutionProvider', {'device_id': number})]
    if kind == 'cpu':
        return ['CPUExecutionProvider']
    raise ValueError(f'an exported network computes on cpu or cuda, not on {device}')
