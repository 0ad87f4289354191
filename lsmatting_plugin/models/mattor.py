"""The whole network: encoder, skip, decoder, loss, and how an alpha matte is predicted."""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement
from torch import Tensor, nn

from ..registry import MODELS, SCOPE
from ..structures import MattingDataSample
from .official_checkpoint import from_official
from .padding import add_frame
from .prediction_network import PredictionNetwork


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
        test_cfg (dict, optional): How :meth:`predict` frames an image, over these defaults:
            ``size_divisor=64`` (sides are reflected up to a multiple of it),
            ``reflect_margin=16`` and ``zero_margin=16`` (pixels on all sides), and
            ``pred_dtype='float32'``: predictions in 0..1; ``'uint8'``: 0..255, rounded, as
            mmedit's metrics expect.
        refiner (dict, optional): Config of the refinement of each predicted matte, for example
            ``dict(type='BackpropRefiner', steps=100)``. None predicts in one pass.
        norm_eval (bool): Keeps batch norms at their running statistics during training, as for
            fine-tuning with a batch of one image.

    Checkpoints of the paper's released format load as they are: their parameter names are
    translated on loading.
    """

    DEFAULT_TEST_CFG = dict(
        size_divisor=64, reflect_margin=16, zero_margin=16, pred_dtype='float32'
    )

    def __init__(
        self,
        encoder: dict,
        decoder: dict,
        skip: dict | None = None,
        loss_alpha: dict | None = None,
        data_preprocessor: dict | None = None,
        test_cfg: dict | None = None,
        refiner: dict | None = None,
        norm_eval: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(_build(data_preprocessor or dict(type='MattingPreprocessor')), init_cfg)
        self.encoder = _build(encoder)
        skip = skip or dict(type='IdentitySkip')
        self.skip = _build({'in_channels': self.encoder.out_channels, **skip})
        self.decoder = _build({'in_channels': self.skip.out_channels, **decoder})
        self.loss_alpha = _build(loss_alpha or dict(type='MultiScaleAlphaLoss'))
        self.test_cfg = _complete(test_cfg or {}, self.DEFAULT_TEST_CFG)
        self.refiner = MODELS.build({'_scope_': SCOPE, **refiner}) if refiner else None
        self.norm_eval = norm_eval
        self.register_load_state_dict_pre_hook(_translate_official_names)

    def train(self, mode: bool = True) -> 'LSAMattor':
        """Training or evaluation mode; batch norms obey ``norm_eval``."""
        super().train(mode)
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
            inputs (Tensor): (N, 4, H, W): normalised RGB, trimap in 0..1.
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
        trimap = inputs[:, 3:]
        is_unknown = (trimap > 0) & (trimap < 1)
        gt_alpha = torch.stack([sample.gt_alpha for sample in data_samples])
        return dict(loss_alpha=self.loss_alpha(self.raw_alpha(inputs), gt_alpha, is_unknown))

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
        """
        if data_samples is None:
            data_samples = [MattingDataSample() for _ in inputs]
        alphas = self.alpha(inputs)
        for alpha, sample in zip(alphas, data_samples, strict=True):
            output = BaseDataElement()
            output.pred_alpha = self._finish(alpha, sample)
            sample.output = output
        return data_samples

    def alpha(self, inputs: Tensor) -> Tensor:
        """Alpha of framed inputs, known where the trimap is: (N, 4, H, W) -> (N, 1, H, W), 0..1."""
        height, width = inputs.shape[2:]
        framed = add_frame(
            inputs,
            self.data_preprocessor.zero,
            divisor=self.test_cfg['size_divisor'],
            reflected=self.test_cfg['reflect_margin'],
            zeros=self.test_cfg['zero_margin'],
        )
        start = self.test_cfg['reflect_margin'] + self.test_cfg['zero_margin']
        if self.refiner is None:
            alpha = self.raw_alpha(framed).clamp(0, 1)
        else:
            network = PredictionNetwork(self.encoder, self.skip, self.decoder)
            alpha = self.refiner.refine(network, framed)
        alpha = alpha[..., start : start + height, start : start + width]
        return force_known(alpha, trimap=inputs[:, 3:] * 255, bg_below=50, fg_above=200)

    def _finish(self, alpha: Tensor, sample: MattingDataSample) -> Tensor:
        """Brings (1, H, W) back to the loaded size and makes it exact where it is known."""
        size = tuple(sample.get('ori_merged_shape', alpha.shape[1:])[:2])
        if size != tuple(alpha.shape[1:]):
            alpha = F.interpolate(alpha[None], size=size, mode='bilinear', align_corners=False)[0]
        if 'ori_trimap' in sample:
            alpha = force_known(alpha, sample.ori_trimap, bg_below=1, fg_above=254)
        if self.test_cfg['pred_dtype'] == 'uint8':
            alpha = (alpha * 255).round().to(torch.uint8)
        return alpha[0]


def force_known(alpha: Tensor, trimap: Tensor, bg_below: int, fg_above: int) -> Tensor:
    """Alpha with 1 where the trimap (0..255) is above ``fg_above``, 0 where below ``bg_below``."""
    alpha = torch.where(trimap > fg_above, torch.ones_like(alpha), alpha)
    return torch.where(trimap < bg_below, torch.zeros_like(alpha), alpha)


def _build(cfg: dict) -> nn.Module:
    """A part by its name in this plugin, also where the config's own scope is another."""
    return MODELS.build({'_scope_': SCOPE, **cfg})


def _complete(cfg: dict, defaults: dict) -> dict:
    """The defaults, overridden by ``cfg``, which may hold no other keys."""
    unknown = sorted(set(cfg) - set(defaults))
    if unknown:
        raise ValueError(f'Unknown test_cfg keys {unknown}; known are {sorted(defaults)}')
    completed = {**defaults, **cfg}
    if completed['pred_dtype'] not in ('float32', 'uint8'):
        raise ValueError(
            f"test_cfg pred_dtype must be 'float32' or 'uint8', not {completed['pred_dtype']!r}"
        )
    return completed


def _translate_official_names(module, state_dict: dict, prefix: str, *_) -> None:
    """Renames the released format's parameters in place, before a state dict is loaded.

    Only what lies under ``prefix`` is the network's: a wrapper (data parallel, weight averaging)
    has names of its own before it.
    """
    own = [key for key in state_dict if key.startswith(prefix)]
    parameters = {key.removeprefix(prefix): state_dict.pop(key) for key in own}
    state_dict.update({prefix + key: value for key, value in from_official(parameters).items()})
