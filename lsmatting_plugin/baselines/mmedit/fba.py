"""FBA from mmedit's parts, which lack its fusion, its inputs and its weights' names."""

import re

import mmedit.models  # noqa: F401  (registers the encoder and decoder)
import numpy as np
import torch
import torch.nn.functional as F
from mmedit.registry import MODELS as MMEDIT_MODELS
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement
from torch import Tensor, nn

from ...models.known_pixels import as_large_as_loaded, as_loaded, force_known
from ...models.name_translation import translate_names_on_loading
from ...registry import MODELS
from ...structures import MattingDataSample
from .fba_inputs import fba_inputs

FUSION_WEIGHT = 0.1  # of the network's own alpha, against the image's colours


@MODELS.register_module()
class FBAMattor(BaseModel):
    """FBA matting: alpha, foreground and background at once.

    Forte and Pitie, *F, B, Alpha Matting*, arXiv 2003.07711. The published weights
    (MarcoForte/FBA_Matting) load as they are.

    Args:
        encoder (dict): Config of mmedit's ``FBAResnetDilated``.
        decoder (dict): Config of mmedit's ``FBADecoder``.
        data_preprocessor (dict, optional): As of :class:`.LSAMattor`.
        standardises (bool): Brings the weights of the convolutions before normalisations to mean 0
            and variance 1 whenever the network is switched to training or evaluation, and in each
            training step. The authors' code does so; off, weights are used as they are stored.
    """

    def __init__(
        self,
        encoder: dict,
        decoder: dict,
        data_preprocessor: dict | None = None,
        standardises: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            MODELS.build(data_preprocessor or dict(type='MattingPreprocessor')), init_cfg
        )
        self.encoder = MMEDIT_MODELS.build(encoder)
        self.decoder = MMEDIT_MODELS.build(decoder)
        self.standardises = standardises
        self.register_load_state_dict_pre_hook(translate_names_on_loading)

    def train(self, mode: bool = True) -> 'FBAMattor':
        """Training or evaluation mode, with standardised weights where that is asked for."""
        super().train(mode)
        self.standardise()
        return self

    def standardise(self) -> None:
        """For each filter before a normalisation: w <- (w - mean w) / sqrt(var w + 1e-5)."""
        if not self.standardises:
            return
        decoder = self.decoder
        parts = (self.encoder, decoder.ppm, decoder.conv_up1, decoder.conv_up2, decoder.conv_up3)
        for module in (module for part in parts for module in part.modules()):
            if isinstance(module, nn.Conv2d):
                filters = module.weight.data.flatten(1)
                var, mean = torch.var_mean(filters, dim=1, correction=0, keepdim=True)
                module.weight.data = ((filters - mean) / (var + 1e-5).sqrt()).view_as(module.weight)

    @staticmethod
    def translate_names(state_dict: dict) -> dict:
        """The published names as ours: the norms of mmedit's encoder are called ``gn``."""
        return {
            re.sub(r'\.bn(\d)\.', r'.gn\1.', key) if key.startswith('encoder.') else key: value
            for key, value in state_dict.items()
        }

    def init_weights(self) -> None:
        """Each part has its own way."""
        self.encoder.init_weights()
        self.decoder.init_weights()

    def forward(
        self,
        inputs: Tensor,
        data_samples: list[MattingDataSample] | None = None,
        mode: str = 'tensor',
    ) -> tuple[Tensor, Tensor, Tensor] | dict[str, Tensor] | list[MattingDataSample]:
        """One of the three uses of the network.

        Args:
            inputs (Tensor): (N, 4, H, W): normalised RGB, trimap in 0..1.
            data_samples (list[MattingDataSample], optional): One per image.
            mode (str): 'tensor', 'loss' or 'predict'.

        Returns:
            'tensor': alpha (N, 1, H, W), foreground and background (N, 3, H, W), RGB, all 0..1.
            'loss': dict of scalars to minimise.
            'predict': the data samples with ``output.pred_alpha`` (H, W), ``output.pred_fg`` and
            ``output.pred_bg`` (H, W, 3), RGB, all float32, 0..1.
        """
        if mode == 'tensor':
            return self.mattes(inputs)
        if mode == 'loss':
            assert data_samples is not None
            return self.loss(inputs, data_samples)
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        raise ValueError(f"mode must be 'tensor', 'loss' or 'predict', not {mode!r}")

    def mattes(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The network and its fusion: alpha, foreground and background of the inputs' size."""
        image, trimap = self._image_and_trimap(inputs)
        arrays = [
            fba_inputs(rgb, known)
            for rgb, known in zip(image.cpu().double().numpy(), trimap.cpu().numpy(), strict=True)
        ]
        prepared = torch.from_numpy(np.stack(arrays)).to(inputs.device)
        fused = torch.cat(fuse(prepared[:, 11:], *self.decoder(self.encoder(prepared))), dim=1)
        size = tuple(inputs.shape[2:])
        if fused.shape[2:] != size:
            # The authors mean Lanczos, but hand it to OpenCV in another argument's place.
            fused = F.interpolate(fused, size=size, mode='bilinear', align_corners=False)
        return fused[:, :1], fused[:, 1:4], fused[:, 4:]

    def loss(self, inputs: Tensor, data_samples: list[MattingDataSample]) -> dict[str, Tensor]:
        """L1 of alpha, and of the composite of what is predicted, in the unknown region.

        Args:
            inputs (Tensor): (N, 4, H, W), sides multiples of 8.
            data_samples (list[MattingDataSample]): With ``gt_alpha`` (1, H, W) in 0..1.
        """
        self.standardise()
        alpha, fg, bg = self.mattes(inputs)
        image = self.data_preprocessor.split(inputs)[0] / 255
        gt_alpha = torch.stack([sample.gt_alpha for sample in data_samples])
        weight = ((inputs[:, 3:] > 0) & (inputs[:, 3:] < 1)).float()
        norm = weight.sum() + 1
        composite = alpha * fg + (1 - alpha) * bg
        return dict(
            loss_alpha=((alpha - gt_alpha).abs() * weight).sum() / norm,
            loss_comp=((composite - image).abs() * weight).sum() / (3 * norm),
        )

    def predict(
        self, inputs: Tensor, data_samples: list[MattingDataSample] | None = None
    ) -> list[MattingDataSample]:
        """Alpha, foreground and background at the size at which the images were loaded."""
        if data_samples is None:
            data_samples = [MattingDataSample() for _ in inputs]
        image, trimap = self._image_and_trimap(inputs)
        for number, (alpha, fg, bg) in enumerate(zip(*self.mattes(inputs), strict=True)):
            known = trimap[number]
            alpha = force_known(alpha.clamp(0, 1), known, bg_below=1, fg_above=254)
            rgb = image[number].permute(2, 0, 1)
            fg, bg = torch.where(alpha == 1, rgb, fg), torch.where(alpha == 0, rgb, bg)
            sample = data_samples[number]
            output = BaseDataElement(
                pred_alpha=as_loaded(alpha, sample)[0],
                pred_fg=as_large_as_loaded(fg, sample).permute(1, 2, 0),
                pred_bg=as_large_as_loaded(bg, sample).permute(1, 2, 0),
            )
            sample.output = output
        return data_samples

    def _image_and_trimap(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """RGB (N, H, W, 3) in 0..1 and trimaps (N, H, W) in 0..255 of network inputs."""
        image, trimap = self.data_preprocessor.split(inputs)  # up to rounding, of 8 bits
        return image.round().permute(0, 2, 3, 1) / 255, trimap[:, 0].round()


def fuse(image: Tensor, alpha: Tensor, fg: Tensor, bg: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Alpha, foreground and background that agree better with the image (section 3.3).

    Args:
        image (Tensor): (N, 3, H, W), 0..1.
        alpha (Tensor): (N, 1, H, W), 0..1.
        fg (Tensor): (N, 3, H, W), 0..1.
        bg (Tensor): (N, 3, H, W), 0..1.

    Returns:
        tuple[Tensor, Tensor, Tensor]: Alpha, foreground, background.
    """
    fg = alpha * image + (1 - alpha**2) * fg - alpha * (1 - alpha) * bg
    bg = (1 - alpha) * image + (2 * alpha - alpha**2) * bg - alpha * (1 - alpha) * fg
    fg, bg = fg.clamp(0, 1), bg.clamp(0, 1)
    # alpha = (w alpha + (I - B) . (F - B)) / (w + |F - B|^2)
    projected = ((image - bg) * (fg - bg)).sum(dim=1, keepdim=True)
    distance = ((fg - bg) ** 2).sum(dim=1, keepdim=True)
    alpha = (FUSION_WEIGHT * alpha + projected) / (FUSION_WEIGHT + distance)
    return alpha.clamp(0, 1), fg, bg
