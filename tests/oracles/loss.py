"""The training loss as its formula reads, pixel by pixel, in float64."""

import math

import numpy as np


def multi_scale_alpha_loss(pred, gt, is_unknown, **options):
    """Loss of (N, 1, H, W) arrays, a float."""
    return distance(pred, target_of(pred, gt), is_unknown, **options)


def target_of(pred, gt):
    """gt', what the prediction is compared with; no gradient flows through it."""
    target = gt.copy()
    for at in np.ndindex(pred.shape):
        if (gt[at] > 0.999 and pred[at] > 1) or (gt[at] < 0.001 and pred[at] < 0):
            target[at] = pred[at]
    return target


def distance(pred, target, is_unknown, num_scales=5, epsilon=1e-6):
    error, weight = pred - target, is_unknown.astype(np.float64)
    loss = 0.0
    for scale in range(num_scales):
        if scale > 0:
            if min(error.shape[2:]) < 2:
                break
            error, weight = halve(error), halve(weight)
        numerator = denominator = 0.0
        for at in np.ndindex(error.shape):
            numerator += math.sqrt(error[at] ** 2 + epsilon) * weight[at]
            denominator += weight[at]
        loss += numerator / (denominator + 1) / 2**scale
    return loss


def halve(image):
    """Means of the 2 x 2 cells of (N, 1, H, W); an odd last row or column is left out."""
    n, c, height, width = image.shape
    halved = np.zeros((n, c, height // 2, width // 2))
    for i, j, y, x in np.ndindex(halved.shape):
        halved[i, j, y, x] = image[i, j, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2].sum() / 4
    return halved
