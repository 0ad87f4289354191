"""Example photos that the page draws for itself."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..datasets.procedural import make_background, make_foreground, make_trimap
from ..datasets.procedural.writer import merge
from ..image_io import write_image

KINDS = ('hair', 'fur', 'feather', 'plant')
SIZE = 480  # long side: small enough that the slowest method answers within seconds
BAND = 8  # pixels of the unknown band beyond the soft pixels


class Example(NamedTuple):
    """Files of a generated photo and of its trimap."""

    photo: Path
    trimap: Path


def write_examples(
    folder: str | Path, kinds: tuple[str, ...] = KINDS, size: int = SIZE, seed: int = 0
) -> list[Example]:
    """Generates example photos with their trimaps.

    Args:
        folder (str | Path): Where the files go.
        kinds (tuple[str, ...]): Of :data:`.procedural.KINDS`, one example each.
        size (int): Long side, pixels.
        seed (int): Another seed, other pictures.

    Returns:
        list[Example]: In the order of ``kinds``.
    """
    examples = []
    for index, kind in enumerate(kinds):
        rng = np.random.default_rng([seed, index])
        fg, alpha = make_foreground(size, rng, kind)
        example = Example(Path(folder, f'{kind}.png'), Path(folder, f'{kind}_trimap.png'))
        write_image(merge(fg, alpha, make_background(size, rng)), example.photo)
        write_image(make_trimap(alpha, BAND), example.trimap)
        examples.append(example)
    return examples
