"""Tell what is installed, where mattes are computed, and which model is the default.

lsmatting info [--config configs/lsm_r50_aim.py]
"""

import argparse

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

HELP = 'versions, devices, the model and its cost'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument('--config', help="a network's config (default: the package's own model)")
    parser.add_argument('--checkpoint', help='its weights, to see that they fit')


def run(args: argparse.Namespace) -> int:
    """Prints the tables."""
    from ..apis import init_model
    from ..apis.shipped import or_shipped
    from ..installation import describe_environment
    from ..network_cost import describe_model

    console = Console()
    console.print(_table('Environment', describe_environment()))
    config, checkpoint = or_shipped(args.config, args.checkpoint)
    model = init_model(config, checkpoint, device='cpu')
    facts = {'config': config, 'weights': checkpoint or 'none: random', **describe_model(model)}
    console.print(_table('Model', facts))
    return 0


def _table(title: str, facts: dict) -> Table:
    table = Table('', Column(overflow='fold'), title=title, show_header=False, title_justify='left')
    for name, value in facts.items():
        table.add_row(name.replace('_', ' '), escape(_text(value)))
    return table


def _text(value: object) -> str:
    """A fact in words: dicts as 'name value' pairs, lists line by line."""
    if isinstance(value, dict):
        pairs = ((key, item) for key, item in value.items() if item is not None)
        return ', '.join(f'{key.replace("_", " ")} {_text(item)}' for key, item in pairs)
    if isinstance(value, list):
        return '\n'.join(map(_text, value))
    if isinstance(value, int):
        return f'{value:,}'
    return f'{value:.1f}' if isinstance(value, float) else str(value)
