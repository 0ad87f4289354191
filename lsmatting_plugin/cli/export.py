"""Export a network for other programs: ONNX or TorchScript, for any size and batch.

lsmatting export -o lsm.onnx --config configs/lsm_r50_aim.py --checkpoint lsm_r50_aim.pth
lsmatting matte photo.jpg trimap.png -o cutout.png --backend onnx --onnx lsm.onnx
"""

import argparse
from pathlib import Path

from ..whole_files import require_apart
from .estimators import require_both

HELP = 'write a network as ONNX or TorchScript'
FORMATS = {'.onnx': 'onnx', '.pt': 'torchscript', '.ts': 'torchscript'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument('-o', '--out', required=True, help='the file to write')
    parser.add_argument(
        '--format',
        choices=sorted(set(FORMATS.values())),
        help='default: by the suffix, .onnx, .pt or .ts',
    )
    parser.add_argument('--config', help="of the network (default: the package's own model)")
    parser.add_argument('--checkpoint', help='its weights')


def run(args: argparse.Namespace) -> int:
    """Writes the file and compares what it computes with PyTorch."""
    from ..apis import init_model
    from ..apis.shipped import or_shipped
    from ..export import export_onnx, export_torchscript

    kind = args.format or FORMATS.get(Path(args.out).suffix.lower())
    if kind is None:
        raise ValueError(f'{args.out}: give --format, or a suffix of {", ".join(FORMATS)}')
    require_both(args.config, args.checkpoint)
    config, checkpoint = or_shipped(args.config, args.checkpoint)
    require_apart(args.out, [checkpoint])
    model = init_model(config, checkpoint, device='cpu')
    export = export_onnx if kind == 'onnx' else export_torchscript
    difference = export(model, args.out)
    size = Path(args.out).stat().st_size / 2**20
    print(f'{args.out}: {size:.1f} MiB, differs from PyTorch by {difference:.1e} at most')
    return 0
