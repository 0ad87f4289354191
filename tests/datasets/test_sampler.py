import pickle

import pytest

from lsmatting_plugin.datasets import Draw, DrawSampler

ITEMS = range(10)


@pytest.fixture
def sampler_of(monkeypatch):
    """Build the sampler of one process among several."""

    def build(rank=0, world_size=1, items=ITEMS, **arguments):
        monkeypatch.setattr('mmengine.dataset.sampler.get_dist_info', lambda: (rank, world_size))
        return DrawSampler(items, **{'seed': 4, **arguments})

    return build


def indices(sampler):
    return [int(draw) for draw in sampler]


def test_draws_tell_epoch_and_seed(sampler_of):
    sampler = sampler_of(shuffle=False)
    sampler.set_epoch(3)

    assert [(int(draw), draw.epoch, draw.seed) for draw in sampler] == [(i, 3, 4) for i in ITEMS]


def test_length_is_that_of_the_process_share(sampler_of):
    assert len(sampler_of()) == 10
    assert len(sampler_of(world_size=4)) == 3


def test_order_is_shuffled_by_epoch_and_seed(sampler_of):
    def order(epoch, seed):
        sampler = sampler_of(seed=seed)
        sampler.set_epoch(epoch)
        return indices(sampler)

    assert order(0, 4) == order(0, 4)
    assert sorted(order(0, 4)) == list(ITEMS)
    assert len({tuple(order(epoch, seed)) for epoch, seed in ((0, 4), (1, 4), (0, 7))}) == 3


def test_processes_share_an_epoch_without_overlap(sampler_of):
    shares = [indices(sampler_of(rank, world_size=2)) for rank in range(2)]

    assert [len(share) for share in shares] == [5, 5]
    assert sorted(shares[0] + shares[1]) == list(ITEMS)


@pytest.mark.parametrize('round_up, lengths', [(True, [4, 4, 4]), (False, [4, 3, 3])])
def test_uneven_shares_are_rounded_up_on_request(sampler_of, round_up, lengths):
    shares = [indices(sampler_of(rank, 3, round_up=round_up)) for rank in range(3)]

    assert [len(share) for share in shares] == lengths
    assert {index for share in shares for index in share} == set(ITEMS)


def test_generator_depends_on_index_epoch_and_seed_alone():
    draw = Draw(1, 2, 3)
    others = (pickle.loads(pickle.dumps(draw)), Draw(0, 2, 3), Draw(1, 0, 3), Draw(1, 2, 0))

    first, again, *different = (d.generator().random() for d in (draw, *others))

    assert again == first
    assert len({first, *different}) == 4


def test_a_draw_stays_itself_through_data_set_wrappers():
    """ConcatDataset subtracts from an index, RepeatDataset takes its remainder."""
    draw = Draw(17, 2, 3)

    for inner, index in ((draw - 10, 7), (draw % 5, 2)):
        assert inner == index
        assert inner.generator().random() == draw.generator().random()
    assert repr(draw) == 'Draw(17, epoch=2, seed=3)'


def test_samples_that_a_resumed_run_has_seen_are_left_out_once(sampler_of):
    whole = [list(sampler_of(rank, 2)) for rank in range(2)]
    for rank in range(2):
        sampler = sampler_of(rank, 2)
        sampler.skip_once(3)

        assert indices(sampler) == [int(draw) for draw in whole[rank]][3:]
        assert len(sampler) == 5
        assert indices(sampler) == [int(draw) for draw in whole[rank]]
