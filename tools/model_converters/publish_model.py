"""Strips a checkpoint to what prediction needs, and adds a hash to its name.

python tools/model_converters/publish_model.py work_dirs/lsm_r50_aim/epoch_200.pth lsm_r50_aim.pth
"""

import argparse
import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from lsmatting_plugin.checkpoint_io import checkpoint_bytes, read_checkpoint, state_dict_of
from lsmatting_plugin.image_io import write_file

# Of what mmengine notes beside the weights: nothing that tells of a machine or its folders.
KEPT_META = ('epoch', 'iter', 'mmengine_version')


def main() -> None:
    """Reads, strips and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('input', help='a checkpoint of tools/train.py')
    parser.add_argument('output', help='NAME.pth; is written as NAME-<hash>.pth')
    args = parser.parse_args()
    try:
        content = read_checkpoint(args.input)
        weights = state_dict_of(content, args.input)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    meta = content.get('meta', {})
    data = checkpoint_bytes(
        dict(meta={key: meta[key] for key in KEPT_META if key in meta}, state_dict=weights)
    )
    # As OpenMMLab names its files; the same digits are checked after a download.
    digits = hashlib.sha256(data).hexdigest()[:8]
    path = Path(args.output)
    path = path.with_name(f'{path.stem}-{digits}.pth')
    write_file(data, path)
    size = Path(args.input).stat().st_size
    print(f'{path}: {len(data) / 2**20:.1f} MiB of {size / 2**20:.1f} MiB')


if __name__ == '__main__':
    main()
