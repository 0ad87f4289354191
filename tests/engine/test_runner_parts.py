from types import SimpleNamespace

from mmengine.hooks import Hook
from mmengine.model import MMDistributedDataParallel
from torch import nn

from lsmatting_plugin.engine.runner_parts import hooks_of, network_of


class Kind(Hook):
    pass


class Narrower(Kind):
    pass


def test_hooks_of_a_class_are_those_derived_from_it_too_in_their_order():
    first, other, second = Narrower(), Hook(), Kind()
    runner = SimpleNamespace(hooks=[first, other, second])
    assert hooks_of(runner, Kind) == [first, second]
    assert hooks_of(runner, Narrower) == [first]
    assert hooks_of(SimpleNamespace(hooks=[other]), Kind) == []


def test_the_network_comes_without_its_wrapper():
    network = nn.Linear(1, 1)
    wrapper = MMDistributedDataParallel.__new__(MMDistributedDataParallel)
    nn.Module.__init__(wrapper)  # no process group
    wrapper.module = network
    assert network_of(SimpleNamespace(model=wrapper)) is network
    assert network_of(SimpleNamespace(model=network)) is network
