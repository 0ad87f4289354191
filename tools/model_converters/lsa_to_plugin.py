"""Converts a checkpoint of the paper's released format to this project's, or back.

python tools/model_converters/lsa_to_plugin.py LSA-MATTING.pth lsm_r50_aim.pth [--reverse]
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.checkpoint_fit import require_fit
from lsmatting_plugin.checkpoint_io import read_checkpoint, state_dict_of, write_checkpoint
from lsmatting_plugin.models import from_official, to_official
from lsmatting_plugin.whole_files import require_apart

CONFIG = Path(__file__).resolve().parents[2] / 'configs/lsm_r50_aim.py'


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('input', help='the checkpoint to convert')
    parser.add_argument('output', help='where to write the other format')
    parser.add_argument('--reverse', action='store_true', help="from this project's to the paper's")
    parser.add_argument(
        '--config',
        default=CONFIG,
        help='of the network that it must fit, all of it (default: configs/lsm_r50_aim.py)',
    )
    return parser.parse_args()


def main() -> None:
    """Reads, checks every name and shape, and writes."""
    args = parse_args()
    try:
        count = convert(args.input, args.output, args.config, args.reverse)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    print(f'{count} parameters written to {args.output}')


def convert(source: str, target: str, config: str | Path, reverse: bool) -> int:
    """Converts one file; returns the number of parameters.

    Raises:
        OSError: A file is not there, or cannot be written.
        ValueError: It is no checkpoint, does not fit the config, is in the other format already, or
            would be overwritten.
    """
    require_apart(target, [source])
    content = read_checkpoint(source)
    weights = state_dict_of(content, source)
    require_fit(init_model(config, device='cpu'), weights, source, max_listed=None)
    ours = from_official(weights)
    is_official = list(weights) == list(to_official(ours))
    if is_official and reverse:
        raise ValueError(f'{source} is in the released format already; leave --reverse out')
    if not is_official and not reverse:
        raise ValueError(f"{source} is in this project's format already; give --reverse")
    meta = content.get('meta')
    epoch = content.get('epoch', meta.get('epoch', 0) if isinstance(meta, dict) else 0)
    converted = dict(meta=dict(epoch=epoch), state_dict=ours)
    if reverse:
        converted = dict(epoch=epoch, state_dict=to_official(ours))
    write_checkpoint(converted, target)
    return len(weights)


if __name__ == '__main__':
    main()
