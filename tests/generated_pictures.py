"""Generated pictures in few numbers: the mean colours of their 16 parts.

python tests/generated_pictures.py        writes generated_pictures.json anew
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from lsmatting_plugin.datasets.procedural import KINDS, make_background, make_foreground
from lsmatting_plugin.datasets.procedural.writer import GENERATOR_VERSION

KNOWN = Path(__file__).with_suffix('.json')
SIZE = 96  # pixels
SEEDS_OF_A_KIND = 4
SEEDS_OF_BACKGROUNDS = 40
PARTS = (4, 4)


def names() -> list[str]:
    """The pictures, as 'hair 0' or 'background 0'."""
    foregrounds = [f'{kind} {seed}' for kind in KINDS for seed in range(SEEDS_OF_A_KIND)]
    return foregrounds + [f'background {seed}' for seed in range(SEEDS_OF_BACKGROUNDS)]


def means_of(name: str) -> np.ndarray:
    """Mean colours, and of foregrounds alpha, of a picture's parts: 0..255, rounded."""
    kind, seed = name.split()
    rng = np.random.default_rng([1, int(seed)])
    if kind == 'background':
        picture = make_background(SIZE, rng)
    else:
        fg, alpha = make_foreground(SIZE, rng, kind)
        picture = np.dstack([fg, alpha])
    return np.rint(cv2.resize(picture.astype(np.float32), PARTS, interpolation=cv2.INTER_AREA))


if __name__ == '__main__':
    means = {name: means_of(name).astype(int).ravel().tolist() for name in names()}
    lines = [f'  "{name}": {json.dumps(numbers)}' for name, numbers in means.items()]
    known = f'{{\n  "generator_version": {GENERATOR_VERSION},\n' + ',\n'.join(lines) + '\n}\n'
    KNOWN.write_text(known)
    print(f'{KNOWN}: {len(means)} pictures')
