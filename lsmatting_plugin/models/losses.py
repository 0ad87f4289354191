"""The training loss."""

import torch
import torch.distributed
import torch.nn.functional as F
from torch import Tensor, nn

from ..registry import MODELS


@MODELS.register_module()
class MultiScaleAlphaLoss(nn.Module):
    r"""Charbonnier loss of alpha in the unknown region over five scales.

    .. math::
        L = \sum_{i=0}^{4} 2^{-i}
            \frac{\sum w_i \sqrt{d_i^2 + \epsilon}}{\sum w_i + 1}

    with the error :math:`d_0 = \alpha - \alpha_{gt}` and the weight :math:`w_0` = is_unknown, each
    average-pooled by 2 from one scale to the next. Where alpha is truly 1 (0) and the prediction
    lies beyond, the error counts as zero: clamping will set it right.

    The sums run over all images of the batch, so that each unknown pixel weighs the same, whichever
    image it is of; the order of the images does not matter. Without any unknown pixel the loss and
    its gradient are 0. Of a prediction that is not finite anywhere, be it in the known region, the
    loss is not finite either.

    Under data-parallel training the weights are summed over all processes, so that the averaged
    gradients are those of one process with the whole batch.

    Args:
        num_scales (int): Scales summed; pooling ends earlier where a side would vanish.
        epsilon (float): Smooths the absolute value at 0, in squared alpha.
        loss_weight (float): Factor of the result.
    """

    def __init__(
        self, num_scales: int = 5, epsilon: float = 1e-6, loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        self.num_scales = num_scales
        self.epsilon = epsilon
        self.loss_weight = loss_weight

    def forward(self, pred_alpha: Tensor, gt_alpha: Tensor, is_unknown: Tensor) -> Tensor:
        """Loss, a scalar, in float32 or, of such alphas, float64.

        Args:
            pred_alpha (Tensor): Raw alpha (N, 1, H, W), unclamped.
            gt_alpha (Tensor): True alpha (N, 1, H, W), 0..1.
            is_unknown (Tensor): Unknown region (N, 1, H, W), bool or 0/1.

        Raises:
            ValueError: The three differ in shape.
        """
        if not pred_alpha.shape == gt_alpha.shape == is_unknown.shape:
            shapes = [tuple(x.shape) for x in (pred_alpha, gt_alpha, is_unknown)]
            raise ValueError(
                'pred_alpha, gt_alpha and is_unknown must share one shape (N, 1, H, W), but are '
                '{}, {} and {}'.format(*shapes)
            )
        # In half precision sums of more than 65504 pixels are infinite, in bfloat16 they are rough.
        pred_alpha = pred_alpha.to(torch.promote_types(pred_alpha.dtype, torch.float32))
        is_beyond = ((gt_alpha > 0.999) & (pred_alpha > 1)) | (
            (gt_alpha < 0.001) & (pred_alpha < 0)
        )
        error = pred_alpha - torch.where(is_beyond, pred_alpha.detach(), gt_alpha)
        weight = is_unknown.to(error)

        error_sums, weight_sums = [], []
        for scale in range(self.num_scales):
            if scale > 0:
                if min(error.shape[2:]) < 2:
                    break
                error, weight = F.avg_pool2d(error, 2), F.avg_pool2d(weight, 2)
            error_sums.append((torch.sqrt(error**2 + self.epsilon) * weight).sum())
            weight_sums.append(weight.sum())

        normalizers = _share_of_whole_batch(torch.stack(weight_sums))
        factors = 0.5 ** torch.arange(len(error_sums), device=error.device, dtype=error.dtype)
        return self.loss_weight * (factors * torch.stack(error_sums) / normalizers).sum()


def _share_of_whole_batch(weight_sums: Tensor) -> Tensor:
    """(sum of w over all processes + 1) / number of processes.

    Data-parallel training averages the gradients of P processes; dividing each process's sum by
    this makes the average the gradient of (sum over all) / (sum of w over all + 1).
    """
    if not torch.distributed.is_available() or not torch.distributed.is_initialized():
        return weight_sums + 1
    total = weight_sums.detach().clone()
    torch.distributed.all_reduce(total)
    return (total + 1) / torch.distributed.get_world_size()
