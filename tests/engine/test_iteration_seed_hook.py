from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import dropout

from lsmatting_plugin.engine import IterationSeedHook


@pytest.fixture
def dropped(monkeypatch):
    """Which of 1000 values dropout keeps in an iteration."""

    def run(seed=0, iteration=5, rank=0):
        monkeypatch.setattr('lsmatting_plugin.engine.iteration_seed_hook.get_rank', lambda: rank)
        runner = SimpleNamespace(seed=seed, iter=iteration)
        IterationSeedHook().before_train_iter(runner, batch_idx=0)
        return dropout(torch.ones(1000))

    return run


def test_dropout_of_an_iteration_does_not_depend_on_what_ran_before(dropped):
    first = dropped()
    torch.rand(7)

    assert torch.equal(dropped(), first)


@pytest.mark.parametrize('other', [dict(seed=1), dict(iteration=6), dict(rank=1)])
def test_dropout_differs_by_seed_iteration_and_process(dropped, other):
    assert not torch.equal(dropped(**other), dropped())


def test_seed_and_iteration_are_not_simply_added(dropped):
    assert not torch.equal(dropped(seed=1, iteration=5), dropped(seed=0, iteration=6))
