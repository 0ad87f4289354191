"""The network as an ONNX file."""

import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import torch

from ..models import LSAMattor
from ..silence import silenced
from ..whole_files import write_file
from .metadata import describe_prediction
from .parity import require_parity
from .traceable_network import PlainNetwork, example_input, quiet_tracing, traceable

MAX_BYTES = 2**31 - 1  # protobuf's limit of one file
# Runs in onnxruntime 1.12 and later; flow-aligned fusion needs at least 16.
DEFAULT_OPSET = 17
ONLY_FATAL = 4


def export_onnx(model: LSAMattor, path: str | Path, opset: int = DEFAULT_OPSET) -> float:
    """Writes the plain network as one ONNX file, weights within, whole or not at all.

    The file holds :meth:`.LSAMattor.raw_alpha` in evaluation mode and float32: ``inputs``
    (N, 4, H, W), normalised colours and trimap / 255, with a guide more channels, to ``alpha``
    (N, 1, H, W), raw. N is any number, H and W any multiples of 32. Its metadata say what leads to
    the input and back, see :func:`.describe_prediction`; :class:`.OnnxInferencer` needs nothing
    else, but for the package where a guide is to be drawn.

    Before the file appears, onnxruntime runs it on a random input of another size and number.

    Args:
        model (LSAMattor): Stays as it is. A refiner and test-time augmentation are left out.
        path (str | Path): Its folder is made when absent.
        opset (int): Version of ONNX's operators.

    Returns:
        float: Largest difference of raw alpha between file and network on that input.

    Raises:
        ImportError: onnx or onnxruntime is not installed.
        ValueError: The network has a part that cannot be exported, is larger than 2 GB, or the
            file's result differs from its own by more than 1e-4.
    """
    onnx, onnxruntime = _packages()
    network = PlainNetwork(model)
    num_bytes = sum(value.numel() * 4 for value in network.state_dict().values())
    if num_bytes > MAX_BYTES:
        raise ValueError(
            f'This network cannot be exported: {num_bytes} bytes of weights do not fit into one '
            f'ONNX file, at most {MAX_BYTES}'
        )
    exported = onnx.load_from_string(_traced(network, opset))
    onnx.helper.set_model_props(exported, describe_prediction(model))
    data = exported.SerializeToString()

    def run(inputs: np.ndarray) -> np.ndarray:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = ONLY_FATAL  # what goes wrong is raised as well
        session = onnxruntime.InferenceSession(data, options, ['CPUExecutionProvider'])
        return session.run(['alpha'], dict(inputs=inputs))[0]

    difference = require_parity(network, run)
    write_file(data, path)
    return difference


def _packages() -> tuple:
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise ImportError(
            f'Export to ONNX needs {error.name}: pip install onnx onnxruntime'
        ) from error
    return onnx, onnxruntime


def _traced(network: PlainNetwork, opset: int) -> bytes:
    """The network in ONNX's format.

    By the tracer rather than by torch.export: it needs no further package, is the same in all
    versions of torch that this project runs with, and keeps flow-aligned fusion free of the
    example's size.
    """
    file = BytesIO()
    free = {0: 'N', 2: 'H', 3: 'W'}
    # Where the exporter fails, its C++ prints the whole graph.
    with quiet_tracing(), silenced(sys.stdout, 1):
        torch.onnx.export(
            traceable(network),
            (example_input(network),),
            file,  # type: ignore[arg-type]  # torch's types lack what it takes without dynamo
            dynamo=False,
            opset_version=opset,
            input_names=['inputs'],
            output_names=['alpha'],
            dynamic_axes=dict(inputs=free, alpha=free),
        )
    return file.getvalue()
