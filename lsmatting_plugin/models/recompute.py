"""Memory for time: activations that are computed again when the gradient needs them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

NORMS = nn.modules.batchnorm._BatchNorm


def recomputed(part: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
    """``part(*inputs)``, of which only the inputs are kept for the backward pass.

    What lies inside is computed a second time there (Chen et al., Training Deep Nets with Sublinear
    Memory Cost, arXiv 1604.06174). Batch norms then leave their running statistics alone, which
    would otherwise move twice a step. Without gradients it is a plain call.

    Args:
        part (Callable): A module, or a function without batch norms. Without randomness; the
            second pass would draw anew.
        *inputs (Tensor): Its arguments.

    Returns:
        Tensor: Its result.
    """
    if not torch.is_grad_enabled():
        return part(*inputs)
    return checkpoint(
        part,
        *inputs,
        use_reentrant=False,
        preserve_rng_state=False,
        context_fn=lambda: (nullcontext(), _resting_statistics(part)),
    )


@contextmanager
def _resting_statistics(part: Callable[..., Tensor]) -> Iterator[None]:
    """Batch norms in training mode normalise by the batch, and do not note its statistics."""
    modules = part.modules() if isinstance(part, nn.Module) else ()
    norms = [m for m in modules if isinstance(m, NORMS) and m.track_running_stats]
    before = [(norm, norm.momentum, norm.num_batches_tracked) for norm in norms]
    for norm in norms:
        norm.momentum = 0.0  # running = (1 - momentum) running + momentum batch
        assert norm.num_batches_tracked is not None  # as it tracks
        norm.num_batches_tracked = norm.num_batches_tracked.clone()
    try:
        yield
    finally:
        for norm, momentum, count in before:
            norm.momentum, norm.num_batches_tracked = momentum, count
