"""Writes the matte of one image, as mmedit's demo does.

python demo/matting_demo.py CONFIG CHECKPOINT IMAGE TRIMAP OUT.png [--device cpu]
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from lsmatting_plugin.apis import MattingInferencer
from lsmatting_plugin.photo import to_greys, write_picture
from lsmatting_plugin.whole_files import require_apart


def parse_args() -> argparse.Namespace:
    """The command line, with mmedit's positional arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', help='of the network')
    parser.add_argument('checkpoint', help='its weights')
    parser.add_argument('img_path', help='the photo')
    parser.add_argument('trimap_path', help='0 background, 255 object, between unknown')
    parser.add_argument('save_path', help='where to write the matte')
    parser.add_argument('--device', help="'cpu', or a GPU's number; below 0 is the CPU too")
    return parser.parse_args()


def main() -> None:
    """Predicts and writes."""
    args = parse_args()
    device = args.device
    if device is not None and device.lstrip('-').isdigit():
        device = 'cpu' if int(device) < 0 else f'cuda:{device}'
    try:
        require_apart(args.save_path, (args.img_path, args.trimap_path))
        inferencer = MattingInferencer(args.config, args.checkpoint, device)
        alpha = inferencer(args.img_path, args.trimap_path)['pred_alpha']
        write_picture(to_greys(alpha), args.save_path)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    print(f'{args.save_path} written')


if __name__ == '__main__':
    main()
