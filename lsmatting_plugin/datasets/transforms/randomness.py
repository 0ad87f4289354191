"""Where the random numbers of a training sample come from."""

import numpy as np


def generator(results: dict) -> np.random.Generator:
    """The random generator of this sample, the only source its transforms draw from.

    The training datasets of this plugin put a generator into ``results['rng']`` that depends on
    (seed, epoch, index) alone: a sample is the same whatever the number of workers or processes,
    and after resuming. In a foreign dataset it is seeded, once per sample, from numpy's global
    state, which mmengine seeds in each worker.

    Args:
        results (dict): The sample on its way through the pipeline.

    Returns:
        np.random.Generator: Shared by all the transforms that this sample meets.
    """
    if 'rng' not in results:
        results['rng'] = np.random.default_rng(np.random.randint(2**32, dtype=np.uint32))
    return results['rng']
