"""The whole network: encoder, skip, decoder, loss, and how an alpha matte is predicted."""

from collections.abc import Callable
from typing import Any

import torch
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement
from torch import Tensor, nn

from ..registry import MODELS, SCOPE
from ..structures import MattingDataSample
from ..trimap import BG_BELOW, FG_ABOVE
from .data_preprocessor import trimap_of
from .decoder import LSADecoder
from .known_pixels import as_loaded, force_known
from .mattor_options import complete_test_cfg, complete_train_cfg
from .name_translation import translate_names_on_loading
from .official_checkpoint import from_official
from .padding import add_frame
from .prediction_network import PredictionNetwork, is_local, require_local
from .rectangle import Rectangle
from .refiner import BackpropRefiner
from .tta import MattingTTA


@MODELS.register_module()
class LSAMattor(BaseModel):
    """LSA-Matting: the alpha matte of an image whose trimap says where it is unknown.

    *Improving Deep Image Matting via Local Smoothness Assumption*, arXiv 2112.13809.

    Args:
        encoder (dict): Config of the encoder: image + trimap -> five stages of features.
        decoder (dict): Config of the decoder: five stages -> raw alpha. ``in_channels`` is filled
            in from the skip when absent.
        skip (dict, optional): Config of what lies between them. Defaults to the identity.
        loss_alpha (dict): Config of the loss in the unknown region.
        data_preprocessor (dict): Config of normalisation and stacking.
        test_cfg (dict, optional): How :meth:`predict` goes about an image; the keys, with their
            defaults:

            - ``size_divisor=64``, ``reflect_margin=16``, ``zero_margin=16``: its frame, see
              :func:`.add_frame`, pixels.
            - ``tile=None``: side, in pixels, of the tiles in which the encoder sees a large image,
              see :mod:`.tiled_encoding`; None shows it the whole.
            - ``dtype='float32'``: of the encoder; 'bfloat16' or 'float16' where that is faster.
            - ``compile=False``: whether torch compiles the encoder.
            - ``pred_dtype='float32'``: predictions in 0..1; ``'uint8'``: 0..255, rounded, as
              mmedit's metrics expect.
        refiner (dict, optional): Config of the refinement of each predicted matte, for example
            ``dict(type='BackpropRefiner', steps=100)``. None predicts in one pass.
        tta (dict, optional): Config of the views whose mattes are averaged, for example
            ``dict(type='MattingTTA', scales=(0.8, 1.0, 1.25))``; each is refined where there is a
            refiner. None predicts the image as it is.
        train_cfg (dict, optional): How :meth:`loss` goes about a batch: ``compile=False``, whether
            torch compiles the network, which takes minutes, and a C++ compiler on a CPU.
        norm_eval (bool): Keeps batch norms at their running statistics during training, as for
            fine-tuning with a batch of one image.

    Checkpoints of the paper's released format load as they are: their parameter names are
    translated on loading.
    """

    def __init__(
        self,
        encoder: dict,
        decoder: dict,
        skip: dict | None = None,
        loss_alpha: dict | None = None,
        data_preprocessor: dict | None = None,
        train_cfg: dict | None = None,
        test_cfg: dict | None = None,
        refiner: dict | None = None,
        tta: dict | None = None,
        norm_eval: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(_build(data_preprocessor or dict(type='MattingPreprocessor')), init_cfg)
        self.encoder: nn.Module = _build(encoder)
        skip = skip or dict(type='IdentitySkip')
        self.skip: nn.Module = _build({'in_channels': self.encoder.out_channels, **skip})
        self.decoder: LSADecoder = _build({'in_channels': self.skip.out_channels, **decoder})
        self.loss_alpha: nn.Module = _build(loss_alpha or dict(type='MultiScaleAlphaLoss'))
        self.train_cfg = complete_train_cfg(train_cfg or {})
        self.test_cfg = complete_test_cfg(test_cfg or {})
        self.refiner: BackpropRefiner | None = _build(refiner) if refiner else None
        self.tta: MattingTTA | None = _build(tta) if tta else None
        if self.test_cfg['tile'] is not None:  # said before an image is loaded
            require_local(self.skip, self.decoder)
        self.norm_eval = norm_eval
        self._training_network: Callable[[Tensor], Tensor] | None = None
        self._prediction_network: tuple[tuple, PredictionNetwork] | None = None
        self.register_load_state_dict_pre_hook(translate_names_on_loading)

    translate_names = staticmethod(from_official)

    def train(self, mode: bool = True) -> 'LSAMattor':
        """Training or evaluation mode; batch norms obey ``norm_eval``."""
        super().train(mode)
        self._prediction_network = None
        if self.norm_eval:
            for module in self.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self

    def forward(
        self,
        inputs: Tensor,
        data_samples: list[MattingDataSample] | None = None,
        mode: str = 'tensor',
    ) -> Tensor | dict[str, Tensor] | list[MattingDataSample]:
        """One of the three uses of the network.

        Args:
            inputs (Tensor): (N, 4, H, W): normalised RGB, trimap in 0..1; with a guide of C
                channels (N, 4 + C, H, W).
            data_samples (list[MattingDataSample], optional): One per image.
            mode (str): 'tensor', 'loss' or 'predict'.

        Returns:
            'tensor': raw alpha (N, 1, H, W), not clamped.
            'loss': dict of scalars to minimise.
            'predict': the data samples with ``output.pred_alpha``.
        """
        if mode == 'tensor':
            return self.raw_alpha(inputs)
        if mode == 'loss':
            assert data_samples is not None
            return self.loss(inputs, data_samples)
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        raise ValueError(f"mode must be 'tensor', 'loss' or 'predict', not {mode!r}")

    def raw_alpha(self, inputs: Tensor) -> Tensor:
        """The network itself: (N, 4, H, W) -> raw alpha (N, 1, H, W), not clamped."""
        features = self.encoder(inputs)
        features = self.skip(features)
        return self.decoder(inputs, features)

    def loss(self, inputs: Tensor, data_samples: list[MattingDataSample]) -> dict[str, Tensor]:
        """The training loss in the unknown region.

        Args:
            inputs (Tensor): (N, 4, H, W).
            data_samples (list[MattingDataSample]): With ``gt_alpha`` (1, H, W) in 0..1.

        Returns:
            dict: ``loss_alpha``, a scalar.
        """
        trimap = trimap_of(inputs)
        is_unknown = (trimap > 0) & (trimap < 1)
        gt_alpha = torch.stack([sample.gt_alpha for sample in data_samples])
        network = self._compiled() if self.train_cfg['compile'] else self.raw_alpha
        return dict(loss_alpha=self.loss_alpha(network(inputs), gt_alpha, is_unknown))

    def _compiled(self) -> Callable[[Tensor], Tensor]:
        if self._training_network is None:
            self._training_network = torch.compile(self.raw_alpha)
        return self._training_network

    def predict(
        self, inputs: Tensor, data_samples: list[MattingDataSample] | None = None
    ) -> list[MattingDataSample]:
        """Alpha mattes at the size at which the images were loaded.

        Args:
            inputs (Tensor): (N, 4, H, W), any size.
            data_samples (list[MattingDataSample], optional): Where ``ori_merged_shape`` differs
                from (H, W), the matte is resized to it; ``ori_trimap`` (1, H, W), uint8, where
                present, makes alpha exact where it is 0 or 255.

        Returns:
            list[MattingDataSample]: Each with ``output.pred_alpha`` (H, W), float32, 0..1 (or as
            ``test_cfg`` says).

        Raises:
            ValueError: Alpha is not a number somewhere; the image is named.
        """
        if data_samples is None:
            data_samples = [MattingDataSample() for _ in inputs]
        alphas = self.alpha(inputs)
        for alpha, sample in zip(alphas, data_samples, strict=True):
            self._require_numbers(alpha, sample)
            output = BaseDataElement()
            output.pred_alpha = self._finish(alpha, sample)
            sample.output = output
        return data_samples

    def alpha(self, inputs: Tensor) -> Tensor:
        """Alpha as predicted: (N, 4, H, W) -> (N, 1, H, W), 0..1."""
        if self.tta is None:
            return self._alpha_of_view(inputs)
        return self.tta.average(self._alpha_of_view, inputs, self.data_preprocessor)

    def _alpha_of_view(self, inputs: Tensor) -> Tensor:
        """Alpha of framed inputs, known where the trimap is."""
        height, width = inputs.shape[2:]
        framed = add_frame(
            inputs,
            self.data_preprocessor.zero,
            divisor=self.test_cfg['size_divisor'],
            reflected=self.test_cfg['reflect_margin'],
            zeros=self.test_cfg['zero_margin'],
        )
        start = self.test_cfg['reflect_margin'] + self.test_cfg['zero_margin']
        image = Rectangle(start, start + height, start, start + width)
        trimap = trimap_of(inputs) * 255
        is_wanted = torch.zeros_like(trimap_of(framed), dtype=torch.bool)
        image.of(is_wanted).copy_((trimap >= BG_BELOW) & (trimap <= FG_ABOVE))
        alpha = torch.zeros_like(trimap)
        if is_wanted.any():
            alpha = image.of(self._framed_alpha(framed, is_wanted))
        return force_known(alpha, trimap, BG_BELOW, FG_ABOVE)

    def _framed_alpha(self, framed: Tensor, is_wanted: Tensor) -> Tensor:
        network = self.prediction_network()
        if self.refiner is not None:
            return self.refiner.refine(network, framed, is_wanted)
        if network.tile is None:
            return network(framed, is_wanted).clamp_(0, 1)
        images = zip(framed.split(1), is_wanted.split(1), strict=True)
        return torch.cat([network(*image).clamp_(0, 1) for image in images])

    @property
    def is_local(self) -> bool:
        """Whether tiles can show the network an image, see :func:`.is_local`."""
        return is_local(self.skip, self.decoder)

    def prediction_network(self) -> PredictionNetwork:
        """The network arranged for prediction.

        Made anew after weights or ``test_cfg`` have changed; after writing to a weight's ``.data``,
        which leaves no trace, call :meth:`eval`.
        """
        tensors = [*self.parameters(), *self.buffers()]
        versions = [(t.data_ptr(), None if t.is_inference() else t._version) for t in tensors]
        state = (*versions, *self.test_cfg.values())
        if self._prediction_network is None or self._prediction_network[0] != state:
            network = PredictionNetwork(
                self.encoder,
                self.skip,
                self.decoder,
                dtype=getattr(torch, self.test_cfg['dtype']),
                compiles=self.test_cfg['compile'],
                tile=self.test_cfg['tile'],
            )
            self._prediction_network = state, network
        return self._prediction_network[1]

    def _require_numbers(self, alpha: Tensor, sample: MattingDataSample) -> None:
        """Refuses a matte that 8 bits would show as a plain 0."""
        num_bad = int(alpha.isnan().sum())
        if num_bad:
            name = f'{sample.merged_path}: ' if 'merged_path' in sample else ''
            raise ValueError(
                f'{name}the matte is not a number in {num_bad} of {alpha.numel()} pixels: weights '
                f'are not finite, or too large for dtype={self.test_cfg["dtype"]!r} of test_cfg; '
                'take another checkpoint, or float32'
            )

    def _finish(self, alpha: Tensor, sample: MattingDataSample) -> Tensor:
        """(1, H, W) as the prediction (H, W) of an image."""
        alpha = as_loaded(alpha, sample)
        if self.test_cfg['pred_dtype'] == 'uint8':
            alpha = (alpha * 255).round().to(torch.uint8)
        return alpha[0]


def _build(cfg: dict) -> Any:
    """A part by its name in this plugin, also where the config's own scope is another."""
    return MODELS.build({'_scope_': SCOPE, **cfg})
