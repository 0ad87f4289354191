"""What is going to be trained, in a few lines."""

from mmengine.hooks import Hook
from torch import nn

from ..registry import HOOKS
from .runner_parts import network_of

LONG = 'Modules:'  # how a table begins that goes to the log file alone


@HOOKS.register_module()
class ModelSummaryHook(Hook):
    """Tells parameters and cost of the network before the first iteration.

    The cost is that of an image of the size that the first batch has, and is counted for
    :class:`.LSAMattor`, of which no tensor is computed for it. The log file also has the parameters
    of each module down to the third level. Draws no random numbers.
    """

    is_told = False

    def before_train_iter(self, runner, batch_idx: int, data_batch: dict) -> None:
        """Tells it, once."""
        if self.is_told:
            return
        self.is_told = True
        model = network_of(runner)
        runner.logger.info('\n'.join([LONG, *module_table(model)]))
        height, width = data_batch['inputs'][0].shape[-2:]
        batch = f'{len(data_batch["inputs"])} images of {height} x {width} px'
        if runner.world_size > 1:
            batch += f' on each of {runner.world_size} processes'
        optimizer = type(runner.optim_wrapper.optimizer).__name__
        lines = [*model_summary(model, (height, width)), f'{optimizer} on batches of {batch}']
        for line in lines:
            runner.logger.info(line)


def model_summary(model: nn.Module, size: tuple[int, int]) -> list[str]:
    """Parameters of a network and of its parts; the cost of an image where it is cheap to tell.

    Args:
        model (nn.Module): Any.
        size (tuple[int, int]): Height and width of an image, pixels.

    Returns:
        list[str]: One line, or two.
    """
    # Not before it is needed: what only writes mattes needs no networks.
    from ..models import LSAMattor
    from ..network_cost import describe_model, num_parameters, parts_with_parameters

    total = num_parameters(model)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    counts = {name: num_parameters(part) for name, part in parts_with_parameters(model).items()}
    parts = ', '.join(f'{name} {count:,}' for name, count in counts.items())
    share = 'all' if trained == total else f'{trained:,} of them'
    lines = [f'{type(model).__name__}: {total:,} parameters, {share} trained ({parts})']
    if isinstance(model, LSAMattor):
        try:
            gflops = describe_model(model, size)['gflops']
        except (RuntimeError, NotImplementedError):  # parts that need more than a tensor's shape
            return lines
        total = gflops.pop('total')
        parts = ', '.join(f'{name} {count:.3g}' for name, count in gflops.items() if count)
        lines.append(f'Forward pass of {size[0]} x {size[1]} px: {total:.3g} GFLOPs ({parts})')
    return lines


def module_table(model: nn.Module, depth: int = 3) -> list[str]:
    """Name, kind and parameters of the modules down to some level, a line each."""
    from ..network_cost import num_parameters

    return [
        f'{name:40} {type(module).__name__:24} {num_parameters(module):>12,}'
        for name, module in model.named_modules()
        if name and name.count('.') < depth and num_parameters(module)
    ]
