"""From loaded images and trimaps to the network's input."""

from collections.abc import Sequence

import numpy as np
import torch
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from ..guidance import GUIDES, make_guide
from ..registry import MODELS
from ..structures import MattingDataSample
from ..trimap import snap_trimap

# ImageNet statistics of RGB in 0..1, as the encoder's pretrained weights expect.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@MODELS.register_module()
class MattingPreprocessor(BaseDataPreprocessor):
    """Normalises images and appends their trimaps as a fourth channel, and a guide where wanted.

    Args:
        mean, std (Sequence[float]): Per channel, of RGB in 0..1.
        bgr_to_rgb (bool): Images come as BGR, as OpenCV loads them.
        guide (str, optional): One of :data:`.GUIDES`: what a method without a network makes of the
            image, as further channels. None for the paper's four.

    Raises:
        ValueError: There is no such guide.
    """

    def __init__(
        self,
        mean: Sequence[float] = IMAGENET_MEAN,
        std: Sequence[float] = IMAGENET_STD,
        bgr_to_rgb: bool = True,
        guide: str | None = None,
        non_blocking: bool = False,
    ) -> None:
        super().__init__(non_blocking)
        if guide is not None and guide not in GUIDES:
            raise ValueError(f'guide must be None or one of {list(GUIDES)}, not {guide!r}')
        self.guide = guide
        self.bgr_to_rgb = bgr_to_rgb
        self.register_buffer('mean', torch.tensor(mean).view(1, -1, 1, 1), persistent=False)
        self.register_buffer('std', torch.tensor(std).view(1, -1, 1, 1), persistent=False)

    @property
    def num_channels(self) -> int:
        """Of the network's input: RGB, trimap, and those of the guide."""
        return 4 + (GUIDES[self.guide].num_channels if self.guide else 0)

    @property
    def zero(self) -> Tensor:
        """What a black pixel of a 0 trimap is after normalisation, (1, C, 1, 1)."""
        black = -self.mean / self.std
        others = self.mean.new_zeros(1, self.num_channels - black.shape[1], 1, 1)
        return torch.cat([black, others], dim=1)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Stacks a batch.

        Args:
            data (dict): ``inputs``, N images (3, H, W) in 0..255, and ``data_samples``, N
                :class:`MattingDataSample` with ``trimap`` (1, H, W) in 0..255 and, where it was
                drawn before, ``guide`` (C, H, W) in 0..255.
            training (bool): Also brings each ``gt_alpha`` to 0..1.

        Returns:
            dict: ``inputs`` (N, 4 + C, H, W), normalised RGB, trimap / 255 and guide / 255, and
            ``data_samples``.

        Raises:
            ValueError: The images, or an image and its trimap, differ in size.
        """
        data = self.cast_data(data)
        samples = data['data_samples']
        _require_same_size(data['inputs'], samples)
        image = torch.stack(list(data['inputs'])).float()
        if self.bgr_to_rgb:
            image = image.flip(1)
        others = torch.stack([sample.trimap for sample in samples]).float()
        if self.guide:
            guides = map(self._guide_of, data['inputs'], samples)
            others = torch.cat([others, torch.stack(list(guides))], dim=1)
        inputs = self.join(image, others)
        if training:
            samples = [_with_unit_alpha(sample) for sample in samples]
        return dict(inputs=inputs, data_samples=samples)

    def _guide_of(self, image: Tensor, sample: MattingDataSample) -> Tensor:
        """(C, H, W), 0..255: drawn before, or now."""
        if 'guide' in sample:
            return sample.guide.float()
        pixels = image.permute(1, 2, 0).round().to(torch.uint8).cpu().numpy()
        trimap = snap_trimap(sample.trimap[0].cpu().numpy()).trimap
        assert self.guide is not None
        guide = make_guide(self.guide, np.ascontiguousarray(pixels), trimap)
        return torch.from_numpy(guide).permute(2, 0, 1).to(image.device)

    def join(self, image: Tensor, others: Tensor) -> Tensor:
        """Network input of an RGB image (N, 3, H, W) and its trimap and guide, in 0..255."""
        return torch.cat([(image / 255 - self.mean) / self.std, others / 255], dim=1)

    def split(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """RGB image (N, 3, H, W), and trimap and guide of a network input, in 0..255."""
        image, others = inputs[:, :3], inputs[:, 3:]
        return (image * self.std + self.mean) * 255, others * 255


def trimap_of(inputs: Tensor) -> Tensor:
    """The trimap (N, 1, H, W), 0..1, of a network's input."""
    return inputs[:, 3:4]


def _require_same_size(images: Sequence[Tensor], samples: Sequence[MattingDataSample]) -> None:
    sizes = [tuple(image.shape[-2:]) for image in images]
    for sample, size in zip(samples, sizes, strict=True):
        trimap_size = tuple(sample.trimap.shape[-2:])
        if trimap_size != size:
            raise ValueError(
                f'Image and trimap differ in size: {sample.get("merged_path", "image")} has '
                f'(height, width) {size}, {sample.get("trimap_path", "trimap")} has {trimap_size}'
            )
    if len(set(sizes)) > 1:
        raise ValueError(
            f'Images of one batch differ in (height, width): {sorted(set(sizes))}. Use a batch '
            'size of 1, or a pipeline that crops to one size'
        )


def _with_unit_alpha(sample: MattingDataSample) -> MattingDataSample:
    """The sample with its true alpha in 0..1; the one passed in stays as it is."""
    scaled = sample.new()
    scaled.gt_alpha = sample.gt_alpha.float() / 255
    return scaled
