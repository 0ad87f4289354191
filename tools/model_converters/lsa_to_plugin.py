"""Converts a checkpoint of the paper's released format to this project's, or back.

python tools/model_converters/lsa_to_plugin.py LSA-MATTING.pth lsm_r50_aim.pth [--reverse]
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.checkpoint_io import read_checkpoint, state_dict_of, write_checkpoint
from lsmatting_plugin.engine.strict_load_hook import require_fit
from lsmatting_plugin.models import from_official, to_official
from lsmatting_plugin.models.official_checkpoint import OFFICIAL_PREFIX

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
        content = read_checkpoint(args.input)
        weights = state_dict_of(content, args.input)
        is_official = all(key.startswith(OFFICIAL_PREFIX) for key in weights)
        if is_official == args.reverse:
            format_, hint = 'the released format', 'leave --reverse out'
            if not is_official:
                format_, hint = "this project's format", 'give --reverse'
            raise ValueError(f'{args.input} is in {format_} already; {hint} to convert it')
        require_fit(init_model(args.config, device='cpu'), weights, args.input, most=None)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    epoch = content.get('epoch', content.get('meta', {}).get('epoch', 0))
    if args.reverse:
        converted = dict(epoch=epoch, state_dict=to_official(weights))
    else:
        converted = dict(meta=dict(epoch=epoch), state_dict=from_official(weights))
    write_checkpoint(converted, args.output)
    print(f'{len(weights)} parameters written to {args.output}')


if __name__ == '__main__':
    main()
