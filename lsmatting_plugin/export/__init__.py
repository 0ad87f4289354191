"""The network as a file that runs without this package."""

from .onnx_export import export_onnx
from .torchscript_export import export_torchscript

__all__ = ['export_onnx', 'export_torchscript']
