"""From a photo to a cut-out, step by step, with a picture of each; needs nothing but this project.

python demo/cut_out_step_by_step.py [OUT]        (default: work_dirs/demo)
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

import cv2
import numpy as np

from lsmatting_plugin.apis.alpha_estimator import AlphaEstimator
from lsmatting_plugin.cutout import CutOut, cut_out
from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.evaluation.functional import sad
from lsmatting_plugin.photo import write_picture
from lsmatting_plugin.trimap import trimap_of_mask
from lsmatting_plugin.visualization import checkerboard, contact_sheet, regions_over

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument('out', nargs='?', type=Path, default=Path('work_dirs/demo'), help='a folder')
out = parser.parse_args().out
rng = np.random.default_rng(7)

# %% A photo is a mixture, I = alpha F + (1 - alpha) B. Here we know its parts.
fg, true_alpha = make_foreground(400, rng, 'hair')
height, width = true_alpha.shape
bg = cv2.resize(make_background(400, rng), (width, height))
weight = true_alpha[..., None] / 255
photo = np.rint(weight * fg + (1 - weight) * bg).astype(np.uint8)

# %% A trimap says where we are sure. From a rough mask: the object, and 10 pixels of doubt.
trimap = trimap_of_mask(true_alpha, width=10)

# %% The matte, and the object's own colours without the old background in them.
estimate = AlphaEstimator()
cut = cut_out(estimate, photo, trimap)
print(f'Matte by {estimate.name}: SAD {sad(cut.alpha, true_alpha, trimap):.2f}')

# %% The cut-out over something else. With the photo's own colours it keeps a rim of the old one.
board = checkerboard(height, width)
naive = CutOut(cut.alpha, photo).over(board)
steps = {
    'photo': photo,
    'trimap over it': regions_over(photo, trimap),
    'matte': cut.matte(),
    'own colours': cut.fg,
    'cut-out': cut.over(board),
    "with the photo's colours": naive,
}
write_picture(cut.rgba(), out / 'cutout.png')
write_picture(contact_sheet([list(steps.values())], list(steps), ['']), out / 'steps.png')
print(f'{out / "steps.png"} shows each step; {out / "cutout.png"} is the cut-out')
