"""What the README shows in Python runs as it stands."""

import re
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]


def test_the_python_example_runs(tmp_path, monkeypatch, tiny_aim):
    [code] = re.findall(r'```python\n(.*?)```', (ROOT / 'README.md').read_text(), re.DOTALL)
    photo = cv2.imread(str(min((tiny_aim / 'test/merged').iterdir())))
    cv2.imwrite(str(tmp_path / 'photo.jpg'), photo)
    cv2.imwrite(str(tmp_path / 'trimap.png'), np.full(photo.shape[:2], 128, np.uint8))
    monkeypatch.chdir(tmp_path)

    names = {}
    exec(code, names)

    assert names['alpha'].shape == photo.shape[:2] and names['alpha'].dtype == np.float32
    assert names['colours'].shape == photo.shape and names['colours'].dtype == np.uint8
