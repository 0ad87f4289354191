"""Tells the size of a network, and what an image costs it.

python tools/analysis/get_flops.py configs/lsm_r50_aim.py --size 1080 1920
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from rich.console import Console
from rich.table import Table

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.config_io import add_config_options, read_config
from lsmatting_plugin.network_cost import describe_model


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Parameters of a network, part by part, and the operations that one image '
        'takes it, of convolutions and matrix products. Refinement and test-time augmentation '
        'run (parts of) the network several times.'
    )
    parser.add_argument('config', help='a Python config, for example configs/lsm_r50_aim.py')
    parser.add_argument(
        '--size',
        type=int,
        nargs='+',
        default=[512],
        metavar=('H', 'W'),
        help="of the network's input, pixels; one number for a square (default: 512)",
    )
    add_config_options(parser)
    args = parser.parse_args()
    if len(args.size) > 2:
        parser.error('--size takes a height and a width')
    return args


def main() -> None:
    """Builds the network and prints the table."""
    args = parse_args()
    height, width = args.size[0], args.size[-1]
    try:
        model = init_model(read_config(args.config, args.cfg_options), device='cpu')
        facts = describe_model(model, (height, width))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    Console().print(table_of(type(model).__name__, height, width, facts))
    print('A multiply-add is one MAC and two FLOPs; many papers give MACs and call them FLOPs.')


def table_of(name: str, height: int, width: int, facts: dict) -> Table:
    """A line per part, and the total."""
    parameters, gflops = facts['parameters'], facts['gflops']
    table = Table(title=f'{name}, one input of {height} x {width}')
    for column in ('', 'parameters', 'share', 'GFLOPs', 'GMACs', 'share'):
        table.add_column(column, justify='right' if column else 'left')
    for part, count in parameters.items():
        if part == 'total':
            table.add_section()
        table.add_row(
            part,
            f'{count:,}',
            f'{count / parameters["total"]:.0%}',
            f'{gflops[part]:.2f}',
            f'{gflops[part] / 2:.2f}',
            f'{gflops[part] / gflops["total"]:.0%}' if gflops['total'] else '',
        )
    return table


if __name__ == '__main__':
    main()
