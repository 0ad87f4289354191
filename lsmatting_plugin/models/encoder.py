"""The encoder: a ResNetV1d that sees the trimap and also hands out its stem."""

import logging
import warnings
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from ..checkpoint_error import CheckpointError
from ..checkpoint_fit import require_fit
from ..checkpoint_io import read_state_dict
from ..pretrained import fetch_pretrained
from ..registry import MODELS
from .recompute import recomputed

with warnings.catch_warnings():
    # mmcv-lite says on import that one compiled operator is absent; nothing here uses it.
    warnings.filterwarnings('ignore', message='Fail to import ``MultiScaleDeformableAttention``')
    from mmcls.models import ResNetV1d

IMAGE_CHANNELS = 3  # the others are the trimap's


@MODELS.register_module()
class MattingResNetV1d(ResNetV1d):
    """ResNetV1d on image + trimap, with five stages for a decoder (paper's encoder).

    mmcls's ResNetV1d (He et al., Bag of Tricks for Image Classification with CNNs, arXiv
    1812.01187) returns the four residual stages; matting also needs the finer features of the deep
    stem, taken before the max-pooling.

    Args:
        depth (int): 18, 34, 50, 101 or 152; the paper uses 50.
        in_channels (int): 3 image channels + 1 trimap channel.
        pretrained (str, optional): URL of mmcls weights for three input channels. They are looked
            for in ``pretrained_dir``, then downloaded; if neither works a warning is logged and
            training starts from scratch. The trimap's stem weights start at zero.
        pretrained_dir (str): Folder of downloaded weights.
        with_cp (bool): Computes the inside of each residual block a second time for its gradient
            in place of keeping it in memory, see :func:`.recomputed`.
        **kwargs: The other arguments of mmcls's ``ResNetV1d``.

    Input:
        x (N, in_channels, H, W).
    Output:
        Five tensors: stem (N, stem_channels, H/2, W/2) and the residual stages, strides 4, 8, 16
        and 32, with ``out_channels`` channels; sides are rounded up.
    """

    def __init__(
        self,
        depth: int = 50,
        in_channels: int = 4,
        pretrained: str | None = None,
        pretrained_dir: str = 'pretrained',
        with_cp: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(depth=depth, in_channels=in_channels, out_indices=(0, 1, 2, 3), **kwargs)
        self.recomputes = with_cp  # mmcls's own with_cp would count a batch twice in its norms
        self.pretrained = pretrained
        self.pretrained_dir = pretrained_dir
        stage_channels = (self.base_channels * self.expansion * 2**i for i in range(4))
        self.out_channels = (self.stem_channels, *stage_channels)

    def init_weights(self) -> None:
        """Initialises from ImageNet weights when ``pretrained`` names some that can be had.

        Raises:
            CheckpointError: The file that was found does not hold this encoder's weights, or
                ``pretrained`` would have to be downloaded otherwise than by https.
        """
        super().init_weights()
        if self.pretrained is None:
            return
        try:
            path = fetch_pretrained(self.pretrained, self.pretrained_dir)
        except OSError as error:
            print_log(
                f'The encoder starts from scratch, which the paper does not: {self.pretrained} '
                f'could not be fetched ({error}). To train as the paper does, put the file into '
                f'{self.pretrained_dir}/ and start again.',
                logger='current',
                level=logging.WARNING,
            )
            return
        try:
            self._load_pretrained(read_state_dict(path), str(path))
        except CheckpointError as error:
            raise CheckpointError(
                f'{path} does not hold the weights of an mmcls ResNetV1d-{self.depth}, which '
                f'"pretrained" asks for; remove it to have it downloaded again: {error}'
            ) from error
        print_log(f'The encoder starts from {path}', logger='current')

    def _load_pretrained(self, checkpoint: dict[str, Tensor], source: str) -> None:
        """Loads mmcls weights strictly, but for the classifier and the trimap's stem channel."""
        weights = {
            key.removeprefix('backbone.'): value
            for key, value in checkpoint.items()
            if key.startswith('backbone.')
        }
        name, stem = 'stem.0.conv.weight', self.stem[0].conv.weight
        if name in weights and weights[name].shape == stem[:, :IMAGE_CHANNELS].shape:
            num_trimap = stem.shape[1] - IMAGE_CHANNELS
            weights[name] = nn.functional.pad(weights[name], (0, 0, 0, 0, 0, num_trimap))
        require_fit(self, weights, source)
        self.load_state_dict(weights)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Features of the five stages, fine to coarse."""
        stem = self._run(self.stem, x)
        x = self.maxpool(stem)
        stages = [stem]
        for name in self.res_layers:
            layer = getattr(self, name)
            for part in layer if self.recomputes else (layer,):
                x = self._run(part, x)
            stages.append(x)
        return tuple(stages)

    def _run(self, part: nn.Module, x: Tensor) -> Tensor:
        return recomputed(part, x) if self.recomputes else part(x)
