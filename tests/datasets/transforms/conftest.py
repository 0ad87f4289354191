import numpy as np
import pytest

from lsmatting_plugin.registry import TRANSFORMS


def soft_disc(height, width):
    """Alpha of a disc: 255 inside, 0 outside, a ramp about 6 px wide between them."""
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(y - height / 2, x - width / 2)
    inside = min(height, width) / 3 - distance
    return (np.clip(inside / 6 + 0.5, 0, 1) * 255).astype(np.uint8)


@pytest.fixture
def make_sample():
    """Factory of samples: random fg and bg, the alpha of a soft disc, all uint8."""

    def make(height=48, width=64):
        rng = np.random.default_rng(7)
        fg, bg = rng.integers(0, 256, (2, height, width, 3), dtype=np.uint8)
        return {'fg': fg, 'bg': bg, 'alpha': soft_disc(height, width)}

    return make


@pytest.fixture
def sample(make_sample):
    return make_sample()


@pytest.fixture
def apply():
    """Build a transform by its type name, run it on a sample, and check that inputs stay intact."""

    def run(type_name, sample, seed=0, **arguments):
        before = {key: v.copy() for key, v in sample.items() if isinstance(v, np.ndarray)}
        results = {'rng': np.random.default_rng(seed), **sample}
        results = TRANSFORMS.build(dict(type=type_name, **arguments))(results)
        for key, array in before.items():
            np.testing.assert_array_equal(sample[key], array)
        return results

    return run


@pytest.fixture
def assert_same():
    """Check that two results agree under the given keys, bit by bit."""

    def check(results, others, *keys):
        for key in keys:
            np.testing.assert_array_equal(results[key], others[key])
            assert results[key].dtype == others[key].dtype

    return check
