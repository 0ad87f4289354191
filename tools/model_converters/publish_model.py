"""Strips a checkpoint to what prediction needs, and adds a hash to its name.

python tools/model_converters/publish_model.py work_dirs/lsm_r50_aim/epoch_200.pth lsm_r50_aim.pth
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from mmengine.config import Config
from torch import Tensor

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.checkpoint_fit import require_fit
from lsmatting_plugin.checkpoint_io import checkpoint_bytes, read_checkpoint, state_dict_of
from lsmatting_plugin.config_io import read_config
from lsmatting_plugin.stated_hash import name_with_hash
from lsmatting_plugin.whole_files import write_file

# Of what mmengine notes beside the weights: nothing that tells of a machine or its folders.
KEPT_META = ('epoch', 'iter', 'mmengine_version')
# Of a config: nothing that only training and testing use.
KEPT_SETTINGS = ('default_scope', 'custom_imports', 'model')


def main() -> None:
    """Reads, strips and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('input', help='a checkpoint of tools/train.py')
    parser.add_argument('output', help='NAME.pth; is written as NAME-<hash>.pth')
    parser.add_argument(
        '--half', action='store_true', help='floats of 16 bits: half the size, as good mattes'
    )
    parser.add_argument(
        '--config', help='that it must fit; its network is written beside it, as NAME.py'
    )
    args = parser.parse_args()
    try:
        path = publish(args.input, Path(args.output), args.half, args.config)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    sizes = [Path(file).stat().st_size / 2**20 for file in (path, args.input)]
    print(f'{path}: {sizes[0]:.1f} MiB of {sizes[1]:.1f} MiB')


def publish(
    source: str, target: Path, is_half: bool = False, config: str | Path | None = None
) -> Path:
    """Writes the weights of a checkpoint alone; returns the path with the hash in its name.

    Raises:
        OSError: A file is not there, or cannot be written.
        ValueError: It is no checkpoint, does not fit the config, or has values beyond the range of
            16 bits.
    """
    content = read_checkpoint(source)
    weights = state_dict_of(content, source)
    if not weights:
        raise ValueError(f'{source} has no parameters')
    if is_half:
        weights = {name: _halved(name, value) for name, value in weights.items()}
    meta = content.get('meta')
    meta = meta if isinstance(meta, dict) else {}
    kept = {key: meta[key] for key in KEPT_META if key in meta}
    data = checkpoint_bytes(dict(meta=kept, state_dict=weights))
    path = target.with_name(name_with_hash(target.stem, data))  # checked whenever it is read
    settings = None if config is None else read_config(config)
    if settings is not None:
        settings.model.encoder.pop('pretrained', None)
        require_fit(init_model(settings, device='cpu'), weights, source)
    write_file(data, path)
    if settings is not None:
        slim = Config({key: settings[key] for key in KEPT_SETTINGS if key in settings})
        write_file(slim.pretty_text.encode(), target.with_suffix('.py'))
    return path


def _halved(name: str, value: Tensor) -> Tensor:
    if not value.is_floating_point():
        return value
    half = value.half()
    if not half.isfinite().all():
        raise ValueError(f'--half: {name} has values that are not finite in 16 bits')
    return half


if __name__ == '__main__':
    main()
