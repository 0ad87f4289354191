"""Hooks that the runner needs."""

from .describe_test_set_hook import DescribeTestSetHook
from .iteration_seed_hook import IterationSeedHook
from .matte_writer_hook import MatteWriterHook, write_matte
from .plain_checkpoint_hook import PlainCheckpointHook
from .results_writer_hook import ResultsWriterHook
from .strict_load_hook import StrictLoadHook, require_fit

__all__ = [
    'DescribeTestSetHook',
    'IterationSeedHook',
    'MatteWriterHook',
    'PlainCheckpointHook',
    'ResultsWriterHook',
    'StrictLoadHook',
    'require_fit',
    'write_matte',
]
