"""Prints a config as the tools see it: bases merged, settings changed.

python tools/analysis/print_config.py configs/lsm_r18_toy.py --cfg-options train_cfg.max_epochs=2
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout


from lsmatting_plugin.config_io import add_config_options, read_config
from lsmatting_plugin.whole_files import write_file


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Print a config with its bases merged into it, as Python that is a config too.'
    )
    parser.add_argument('config', help='a Python config, for example configs/lsm_r50_aim.py')
    parser.add_argument('--out', type=Path, metavar='FILE', help='write it there, as .py')
    add_config_options(parser)
    args = parser.parse_args()
    if args.out is not None and args.out.suffix != '.py':
        parser.error(f'a config ends in .py, not {args.out}')
    return args


def main() -> None:
    """Merges, and prints or writes."""
    args = parse_args()
    try:
        cfg = read_config(args.config, args.cfg_options)
        text = cfg.pretty_text
        if args.out is not None:
            write_file(text.encode(), args.out)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    print(text.rstrip() if args.out is None else f'Written to {args.out}')


if __name__ == '__main__':
    main()
