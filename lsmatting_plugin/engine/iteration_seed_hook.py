"""Network randomness that does not depend on what ran before."""

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook

from ..datasets.sampler import DrawSampler
from ..registry import HOOKS


@HOOKS.register_module()
class IterationSeedHook(Hook):
    """Seeds torch before each training iteration from (seed, iteration, process).

    Dropout then draws the same after resuming as in an uninterrupted run, with no random state to
    store. Data has its own generators (:class:`~lsmatting_plugin.datasets.DrawSampler`).
    """

    def before_train(self, runner) -> None:
        """Tells the sampler, which is built before a checkpoint is loaded, the seed of the run."""
        sampler = runner.train_loop.dataloader.sampler
        if isinstance(sampler, DrawSampler):
            sampler.seed = runner.seed

    def before_train_iter(self, runner, batch_idx: int, data_batch: dict | None = None) -> None:
        """Seeds this process's generators on all devices."""
        identity = np.random.SeedSequence((runner.seed, runner.iter, get_rank()))
        torch.manual_seed(int(identity.generate_state(1)[0]))
