"""What the runner of mmengine needs besides: hooks, a loop, optimiser wrappers, visualisation.

Hooks act before and after its steps; the loop trains by epochs; wrappers and constructors are the
optimiser's; backends and the visualizer keep curves and pictures.
"""

from ..checkpoint_loader import load_from_safe  # registered with mmengine
from .atomic_backend import AtomicLocalBackend
from .atomic_checkpoint_hook import AtomicCheckpointHook
from .autocast_optim_wrapper import AutocastOptimWrapper
from .broadcast_buffers_hook import BroadcastBuffersHook
from .curves_hook import CurvesHook
from .describe_test_set_hook import DescribeTestSetHook
from .epoch_loop import EpochBasedTrainLoop
from .finite_loss_hook import FiniteLossHook
from .forgiving_visualizer import ForgivingVisualizer
from .grouped_optim_constructor import GroupedOptimWrapperConstructor
from .interrupt_hook import InterruptHook
from .iteration_seed_hook import IterationSeedHook
from .matte_writer_hook import MatteWriterHook, write_matte
from .model_summary_hook import ModelSummaryHook
from .plain_checkpoint_hook import PlainCheckpointHook
from .results_writer_hook import ResultsWriterHook
from .strict_load_hook import StrictLoadHook
from .tensorboard_backend import OptionalTensorboardBackend
from .training_stopped import TrainingStopped
from .validation_sheet_hook import ValidationSheetHook

__all__ = [
    'AtomicCheckpointHook',
    'AtomicLocalBackend',
    'AutocastOptimWrapper',
    'BroadcastBuffersHook',
    'CurvesHook',
    'DescribeTestSetHook',
    'EpochBasedTrainLoop',
    'FiniteLossHook',
    'ForgivingVisualizer',
    'GroupedOptimWrapperConstructor',
    'InterruptHook',
    'IterationSeedHook',
    'MatteWriterHook',
    'ModelSummaryHook',
    'OptionalTensorboardBackend',
    'PlainCheckpointHook',
    'ResultsWriterHook',
    'StrictLoadHook',
    'TrainingStopped',
    'ValidationSheetHook',
    'load_from_safe',
    'write_matte',
]
