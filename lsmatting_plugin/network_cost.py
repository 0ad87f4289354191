"""What a network costs: parameters, and operations for an image."""

from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from .models import LSAMattor


def describe_model(model: nn.Module, size: int | tuple[int, int] = 512) -> dict:
    """Parameters of a network, and what one image costs it.

    Args:
        model (nn.Module): :class:`.LSAMattor`, or any other whose mode 'tensor' takes image and
            trimap, as mmedit's matting models do. Stays as it is, wherever it lies.
        size (int | tuple[int, int]): Height and width of the network's input, pixels, frame
            included; a single number for both.

    Returns:
        dict: ``size``; ``parameters`` (int) and ``gflops`` (float), each a dict of the parts and
        ``total``; the parts of :class:`.LSAMattor` are ``encoder``, ``skip`` and ``decoder``, those
        of others the modules it consists of. A multiply-add counts as two operations, and those of
        convolutions and matrix products alone are counted.

    Raises:
        ValueError: The size is not positive; the model has no network, or takes another input.
    """
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < 1:
        raise ValueError(f'size must be at least 1 pixel, not {min(height, width)}')
    if isinstance(model, LSAMattor):
        parameters, gflops = _count_parts(model, height, width)
    else:
        parameters, gflops = _count_whole(model, height, width)
    return dict(size=size, parameters=parameters, gflops=gflops)


def num_parameters(module: nn.Module) -> int:
    """How many numbers a network, or a part of one, has learnt or is to learn."""
    return sum(parameter.numel() for parameter in module.parameters())


def parts_with_parameters(module: nn.Module) -> dict[str, nn.Module]:
    """The modules that one consists of by their names, but for those without parameters."""
    return {name: child for name, child in module.named_children() if num_parameters(child)}


def _count_parts(model: LSAMattor, height: int, width: int) -> tuple[dict, dict]:
    """Parameters and 10^9 operations of our own network."""
    # Tensors without content: nothing is computed, and memory does not limit the size.
    parts = (model.encoder, model.skip, model.decoder)
    encoder, skip, decoder = (deepcopy(part).to('meta') for part in parts)
    for part in (encoder, skip, decoder):
        part.eval()  # mmcls's do not return themselves
    inputs = torch.zeros(1, model.data_preprocessor.num_channels, height, width, device='meta')
    gflops = {}
    features, gflops['encoder'] = _counted(lambda: encoder(inputs))
    features, gflops['skip'] = _counted(lambda: skip(features))
    _, gflops['decoder'] = _counted(lambda: decoder(inputs, features))
    parameters = dict(
        encoder=num_parameters(encoder),
        skip=num_parameters(skip),
        decoder=num_parameters(decoder),
    )
    return _with_total(parameters), _with_total(gflops)


def _count_whole(model: nn.Module, height: int, width: int) -> tuple[dict, dict]:
    """Parameters and 10^9 operations of a network of which nothing is known but how it is run."""
    name = type(model).__name__
    if num_parameters(model) == 0:
        raise ValueError(f'{name} has no network: there are no parameters or operations to count')
    parent, path = model, name
    parts = parts_with_parameters(parent)
    while len(parts) == 1:  # a mattor has a backbone, which has encoder and decoder
        ((child, parent),) = parts.items()
        path = f'{path}.{child}'
        parts = parts_with_parameters(parent)
    counts = _operations(model, height, width)
    parameters = {part: num_parameters(module) for part, module in parts.items()}
    gflops = {part: sum(counts.get(f'{path}.{part}', {}).values()) / 1e9 for part in parts}
    parameters['total'] = num_parameters(model)
    gflops['total'] = sum(counts.get('Global', {}).values()) / 1e9
    return parameters, gflops


def _operations(model: nn.Module, height: int, width: int) -> dict[str, dict]:
    """What torch counts in one run, module by module."""
    first = next((m for m in model.modules() if isinstance(m, nn.Conv2d)), None)
    device = next(model.parameters()).device
    was_training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        # Trimaps are one channel of the input, or three where they come one-hot.
        for channels in (4, first.in_channels if first else 4):
            inputs = torch.zeros(1, channels, height, width, device=device)
            try:
                with torch.no_grad(), FlopCounterMode(display=False) as counter:
                    model(inputs, mode='tensor')
                return counter.get_flop_counts()
            except (RuntimeError, TypeError, ValueError, AssertionError) as error:
                reason = str(error).partition('\n')[0]
    finally:
        for module, mode in was_training.items():
            module.training = mode
    raise ValueError(
        f'{type(model).__name__} cannot be run on {height} x {width} pixels of image and trimap: '
        f'{reason}'
    )


def _counted(run: Callable[[], Tensor | tuple[Tensor, ...]]) -> tuple:
    """What it returns, and the 10^9 operations that this took."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        result = run()
    return result, counter.get_total_flops() / 1e9


def _with_total(parts: dict) -> dict:
    return dict(**parts, total=sum(parts.values()))
