"""Draws the curves of training runs, and tells their best and last values.

python tools/analysis/analyze_logs.py work_dirs/lsm_r50_aim --out curves.png
python tools/analysis/analyze_logs.py work_dirs/a work_dirs/b --out curves.png --keys loss SAD
"""

import argparse
import sys
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from rich.console import Console
from rich.table import Table

from lsmatting_plugin.visualization.training_curves import (
    SCALARS,
    Run,
    choose_keys,
    curves_of,
    read_run,
)
from lsmatting_plugin.whole_files import write_file


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Curves of loss, learning rate and validation metrics from mmengine's logs "
        f'(<time>/{SCALARS} in a work folder), as PNG, and a table. The logs of a resumed run are '
        'joined; a run that began anew replaces those before it.'
    )
    parser.add_argument('runs', nargs='+', type=Path, help='work folders, or scalars.json files')
    parser.add_argument('--out', type=Path, required=True, metavar='FILE', help='a PNG')
    parser.add_argument(
        '--keys', nargs='+', metavar='KEY', help='such as loss, lr, SAD (default: all there are)'
    )
    args = parser.parse_args()
    if args.out.suffix.lower() != '.png':
        parser.error(f'--out is a .png, not {args.out}')
    return args


def main() -> None:
    """Reads, draws, and prints the table."""
    args = parse_args()
    try:
        runs = [read_run(path) for path in args.runs]
        names = [run.path.resolve().name for run in runs]
        if len(set(names)) < len(names):
            names = [str(run.path) for run in runs]
        named_runs = dict(zip(names, runs, strict=True))
        keys = choose_keys(runs, args.keys)
        write_file(curves_of(named_runs, keys), args.out)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    Console().print(table_of(named_runs, keys))
    for name, run in named_runs.items():
        times = [entry['time'] for entry in run.train.values() if 'time' in entry]
        if times:
            print(f'{name}: {max(run.train)} iterations, {fmean(times):.3f} s each on average')
        if run.num_broken:
            print(f'{name}: broken lines of its logs, left out: {run.num_broken}')
    print(f'Curves: {args.out}')


def table_of(runs: dict[str, Run], keys: list[str]) -> Table:
    """The last and the lowest value of each quantity."""
    table = Table(title='Training runs')
    for column in ('run', 'quantity', 'last', 'at', 'lowest', 'at'):
        table.add_column(column, justify='left' if column in ('run', 'quantity') else 'right')
    for name, run in runs.items():
        label = name.replace('[', r'\[')
        for key in keys:
            steps, values = run.curve(key)
            if not values:
                continue
            lowest = min(values)
            at = [f'{run.x_label(key)} {i}' for i in (steps[-1], steps[values.index(lowest)])]
            table.add_row(label, key, f'{values[-1]:.4g}', at[0], f'{lowest:.4g}', at[1])
            label = ''
        table.add_section()
    return table


if __name__ == '__main__':
    main()
