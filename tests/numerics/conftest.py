import pytest
import torch
from oracles.weights import stir

from lsmatting_plugin.registry import MODELS


@pytest.fixture(autouse=True)
def seeded():
    """Random weights and inputs are the same in each run; the generator is put back after."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.fixture(scope='session')
def build_mattor(make_tiny_model_cfg):
    """Factory of small mattors in evaluation mode all parts of which matter; arguments override."""

    def build(decoder=None, **arguments):
        cfg = {**make_tiny_model_cfg(), **arguments}
        cfg['decoder'].update(decoder or {})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return stir(MODELS.build(cfg).eval())

    return build


@pytest.fixture
def make_inputs():
    """Factory of network inputs (N, 4, H, W): noise, a frame of background, some foreground."""

    def make(batch=1, size=(50, 60)):
        height, width = size
        inputs = torch.randn(batch, 4, *size)
        inputs[:, 3] = 0
        inputs[:, 3, height // 5 : height * 4 // 5, width // 6 : width * 5 // 6] = 128 / 255
        inputs[:, 3, height // 2 : height // 2 + 4, width // 2 : width // 2 + 4] = 1
        return inputs

    return make
