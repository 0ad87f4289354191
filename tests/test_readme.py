"""What the README shows in Python runs as it stands."""

import re
from pathlib import Path

import cv2
import numpy as np
import torch

from lsmatting_plugin.registry import MODELS

ROOT = Path(__file__).resolve().parents[1]


def test_the_python_example_runs(tmp_path, monkeypatch, make_tiny_model_cfg, tiny_aim):
    [code] = re.findall(r'```python\n(.*?)```', (ROOT / 'README.md').read_text(), re.DOTALL)
    for path in re.findall(r"'([^']+\.(?:py|pth))'", code):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / 'configs/lsm_r18_toy.py').write_text(f'model = {make_tiny_model_cfg()!r}')
    weights = MODELS.build(make_tiny_model_cfg()).state_dict()
    torch.save(weights, tmp_path / 'work_dirs/lsm_r18_toy/epoch_60.pth')
    photo = cv2.imread(str(min((tiny_aim / 'test/merged').iterdir())))
    cv2.imwrite(str(tmp_path / 'photo.jpg'), photo)
    cv2.imwrite(str(tmp_path / 'trimap.png'), np.full(photo.shape[:2], 128, np.uint8))
    monkeypatch.chdir(tmp_path)

    names = {}
    exec(code, names)

    assert names['alpha'].shape == photo.shape[:2] and names['alpha'].dtype == np.float32
    assert names['colours'].shape == photo.shape and names['colours'].dtype == np.uint8
