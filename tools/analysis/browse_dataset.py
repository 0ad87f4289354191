"""Shows what a pipeline really yields: samples as pictures, and how long they take.

python tools/analysis/browse_dataset.py configs/lsm_r18_toy.py --out work_dirs/browse
"""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

import numpy as np
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from rich.console import Console
from rich.table import Table

from lsmatting_plugin.config_io import add_config_options, build_part, read_config
from lsmatting_plugin.datasets import Draw
from lsmatting_plugin.progress import progress_bar
from lsmatting_plugin.registry import DATA_SAMPLERS, DATASETS
from lsmatting_plugin.visualization import SheetWriter
from lsmatting_plugin.visualization.tensor_picture import as_picture

# Column -> fields of a data sample; the first that is there is shown.
FIELDS = {
    'trimap': ('trimap', 'ori_trimap'),
    'alpha': ('gt_alpha', 'ori_alpha'),
    'foreground': ('gt_fg',),
    'background': ('gt_bg',),
}
PATHS = ('merged', 'fg', 'bg')  # of the files whose names tell what a sample is
ROWS_PER_SHEET = 6


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Contact sheets of the samples that a config trains or tests on, after their '
        'pipeline: image, trimap, alpha and, of training, the augmented foreground and background. '
        'They are those that a training with this seed draws, in its order.'
    )
    parser.add_argument('config', help='a Python config, for example configs/lsm_r50_aim.py')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='of the sheets')
    parser.add_argument('--phase', choices=['train', 'val', 'test'], default='train')
    parser.add_argument(
        '--number', type=int, default=12, metavar='N', help='of items (default: %(default)s)'
    )
    parser.add_argument(
        '--draws',
        type=int,
        default=1,
        metavar='N',
        help='of each item, as in the first N epochs of training (default: %(default)s)',
    )
    parser.add_argument(
        '--seed', type=int, help="of the training (default: the config's, or else 0)"
    )
    add_config_options(parser)
    args = parser.parse_args()
    if args.number < 1 or args.draws < 1:
        parser.error('--number and --draws must be at least 1')
    return args


def main() -> None:
    """Draws the samples, and tells of them."""
    args = parse_args()
    try:
        cfg = read_config(args.config, args.cfg_options)
        seed = args.seed if args.seed is not None else (cfg.get('randomness') or {}).get('seed')
        dataset, keys = dataset_and_order(cfg, args.phase, seed or 0)
        keys = list(draws_of(itertools.islice(keys, args.number), args.draws))
        np.random.seed(seed or 0)  # of transforms that know no draws
        with progress_bar() as progress:
            tracked = progress.track(keys, description='Drawing')
            samples = [sample_of(dataset, key) for key in tracked]
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    sheets = draw_sheets(args.out / args.phase, samples)
    Console().print(statistics(samples, f'{args.phase}: {len(keys)} samples'))
    print(f'{len(dataset)} items in all. Sheets: {", ".join(map(str, sheets))}')


def dataset_and_order(cfg: Config, phase: str, seed: int) -> tuple[BaseDataset, Iterator[int]]:
    """The data set of a phase, and its indices or draws in the order of the run.

    Raises:
        FileNotFoundError: The data is not there.
        ValueError: The config has no such data, or it cannot be built.
    """
    loader = cfg.get(f'{phase}_dataloader')
    if not loader:
        raise ValueError(f'{cfg.filename} has no {phase}_dataloader')
    show_all(loader.dataset)
    name = f'{phase}_dataloader'
    dataset = build_part(cfg, DATASETS, loader.dataset, f'the data set of {name}')
    sampler = build_part(
        cfg, DATA_SAMPLERS, loader.sampler, f'the sampler of {name}', dataset=dataset, seed=seed
    )
    return dataset, iter(sampler)


def show_all(node: object) -> None:
    """Also packs what training has no use for, foreground and background; nothing is drawn anew."""
    if isinstance(node, dict):
        if str(node.get('type')).rpartition('.')[2] == 'PackMattingInputs':
            node['keys'] = None
        node = node.values()
    elif not isinstance(node, list | tuple):
        return
    for item in node:
        show_all(item)


def draws_of(keys: Iterator[int], num_draws: int) -> Iterator[int]:
    """Each item as the first epochs draw it; an item without a draw of its own is repeated."""
    for key in keys:
        for epoch in range(num_draws):
            yield Draw(int(key), epoch, key.seed) if isinstance(key, Draw) else key


class Sample(NamedTuple):
    """One sample as the model gets it.

    Attributes:
        caption (str): Which it is.
        pictures (dict[str, ndarray]): What it shows -> uint8, (H, W) or BGR (H, W, 3).
        unknown (float): Share of the trimap, 0..1.
        seconds (float): That it took.
    """

    caption: str
    pictures: dict[str, np.ndarray]
    unknown: float
    seconds: float


def sample_of(dataset: BaseDataset, key: int) -> Sample:
    """Draws one sample.

    Raises:
        FileNotFoundError: A file of it is not there.
        ValueError: It is no sample of matting.
    """
    start = time.perf_counter()
    packed = dataset[key]
    seconds = time.perf_counter() - start
    try:
        fields = packed['data_samples']
        pictures = {'image': as_picture(packed['inputs'])}
        for title, names in FIELDS.items():
            name = next((name for name in names if name in fields), None)
            if name is not None:
                pictures[title] = as_picture(fields.get(name))
        trimap = pictures['trimap'] = from_one_hot(pictures['trimap'])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f'Item {int(key)} is no sample with image and trimap: {error}') from error
    unknown = float(np.mean((trimap != 0) & (trimap != 255)))
    epoch = f', epoch {key.epoch}' if isinstance(key, Draw) else ''
    stems = [Path(fields.get(f'{k}_path')).stem for k in PATHS if f'{k}_path' in fields]
    height, width = trimap.shape
    size = f'{width} x {height}, unknown {unknown:.0%}'
    caption = '   '.join(filter(None, (f'item {int(key)}{epoch}', ' + '.join(stems), size)))
    return Sample(caption, pictures, unknown, seconds)


def from_one_hot(trimap: np.ndarray) -> np.ndarray:
    """A trimap (H, W); of three channels, as GCA takes it, each says where one region is."""
    if trimap.ndim == 2:
        return trimap
    return np.array([0, 128, 255], np.uint8)[trimap.argmax(axis=2)]


def draw_sheets(out: Path, samples: list[Sample]) -> list[Path]:
    """The samples on contact sheets, a row each."""
    titles = [t for t in samples[0].pictures if all(t in sample.pictures for sample in samples)]
    sheets = SheetWriter(out, titles, ROWS_PER_SHEET)
    for sample in samples:
        sheets.add(sample.caption, [sample.pictures[title] for title in titles])
    sheets.write()
    return sheets.paths


def statistics(samples: list[Sample], title: str) -> Table:
    """The spread of what the samples have in common."""
    alphas = [sample.pictures['alpha'] for sample in samples if 'alpha' in sample.pictures]
    rows = {
        'unknown share of the trimap': [sample.unknown for sample in samples],
        'share of 0 < alpha < 1': [np.mean((alpha > 0) & (alpha < 255)) for alpha in alphas],
        'seconds a sample, in this process': [sample.seconds for sample in samples],
    }
    table = Table('', 'mean', 'min', 'max', title=title)
    for name, values in rows.items():
        if values:
            found = (np.mean(values), np.min(values), np.max(values))
            table.add_row(name, *(f'{value:.3f}' for value in found))
    return table


if __name__ == '__main__':
    main()
