"""Draws training scenes with their guides from a config's scenes, and keeps them.

python tools/dataset_converters/make_scenes.py configs/lsm_small_guided.py data/guided_scenes
"""

import argparse
import json
import sys
from functools import lru_cache, partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from filelock import FileLock, Timeout
from mmengine.dataset import BaseDataset

from lsmatting_plugin.config_io import build_part, read_config
from lsmatting_plugin.datasets import Draw
from lsmatting_plugin.datasets.preparation import MANIFEST
from lsmatting_plugin.datasets.scene_files import write_scene
from lsmatting_plugin.parallel import add_workers_option, unordered_map
from lsmatting_plugin.progress import progress_bar
from lsmatting_plugin.registry import DATASETS
from lsmatting_plugin.whole_files import remove_leftovers, write_file

CHUNK = 16  # scenes a job


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog='Scene i depends on config, seed and i alone. A run that was cut off goes on where '
        'it stopped, and one with a larger number adds to what is there.',
    )
    parser.add_argument('config', help='with "scenes", a data set whose pipeline draws a guide')
    parser.add_argument('out', type=Path, help='folder of the scenes')
    parser.add_argument('--num', type=int, default=20000, help='how many scenes (20000)')
    parser.add_argument('--first', type=int, default=0, help='number of the first one (0)')
    parser.add_argument('--seed', type=int, default=0, help='another seed, other scenes (0)')
    add_workers_option(parser)
    return parser.parse_args()


@lru_cache(maxsize=1)
def scenes_of(config: str) -> tuple[BaseDataset, str]:
    """The data set of scenes, and its settings; built once a process.

    Raises:
        OSError: The config, or an image of the data set, is not there.
        ValueError: The config has no data set of scenes, or it cannot be built.
    """
    cfg = read_config(config)
    scenes = cfg.get('scenes')
    if not isinstance(scenes, dict):
        raise ValueError(
            f'{config} has no scenes: expected is a data set of that name whose pipeline draws a '
            'guide, as in configs/_base_/datasets/generated_scenes.py'
        )
    return build_part(cfg, DATASETS, scenes, 'the data set of scenes'), repr(scenes.to_dict())


def make(config: str, out: Path, seed: int, numbers: range) -> None:
    """Draws and writes the scenes of these numbers, but for those that are there."""
    for number in numbers:
        path = out / f'{number:06d}.npy'
        if path.is_file():
            continue
        scenes, _ = scenes_of(config)
        epoch, index = divmod(number, len(scenes))
        write_scene(scenes.prepare_data(Draw(index, epoch, seed)), path)


def main() -> None:
    """Draws what is missing."""
    args = parse_args()
    try:
        scenes, settings = scenes_of(args.config)
        args.out.mkdir(parents=True, exist_ok=True)
        with FileLock(args.out / '.lock', timeout=0):
            claim(args.out, dict(seed=args.seed, sources=len(scenes), config=settings))
            draw(args)
    except Timeout:
        sys.exit(f'{args.out}: another run is writing scenes there')
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    print(f'{args.num} scenes in {args.out}')


def claim(out: Path, manifest: dict) -> None:
    """Notes what a folder's scenes are drawn from.

    Raises:
        ValueError: It holds scenes that were drawn from something else.
    """
    path = out / MANIFEST
    if path.is_file():
        found = json.loads(path.read_text())
        differing = [key for key in manifest if found.get(key) != manifest[key]]
        if differing:
            raise ValueError(
                f'{out} holds scenes of another {" and ".join(differing)}; choose another folder'
            )
    write_file(json.dumps(manifest, indent=2).encode(), path)


def draw(args: argparse.Namespace) -> None:
    """Draws what is missing."""
    remove_leftovers(args.out)
    numbers = range(args.first, args.first + args.num)
    jobs = [numbers[i : i + CHUNK] for i in range(0, args.num, CHUNK)]
    with progress_bar() as bar:
        work = partial(make, args.config, args.out, args.seed)
        done = unordered_map(work, jobs, args.workers)
        for _, error in bar.track(done, total=len(jobs), description='Drawing scenes'):
            if error is not None:
                raise ValueError(f'a worker died: {error}')


if __name__ == '__main__':
    main()
