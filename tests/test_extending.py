"""The code of docs/extending.md trains, predicts and is scored, as it stands there."""

import re
import sys
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def extended(tmp_path, monkeypatch, tiny_aim):
    """The page's module where Python finds it, and its config, on little data."""
    page = (ROOT / 'docs/extending.md').read_text(encoding='utf-8')
    *parts, config = re.findall(r'```python\n(.*?)```', page, re.DOTALL)
    (tmp_path / 'my_matting.py').write_text('\n\n'.join(parts))
    path = tmp_path / 'my_config.py'
    path.write_text(config.replace('./lsm_r18_toy.py', str(ROOT / 'configs/lsm_r18_toy.py')))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, 'my_matting', raising=False)
    cfg = Config.fromfile(path)
    cfg.work_dir = str(tmp_path / 'work')
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.train_dataloader.dataset.update(data_root=str(tiny_aim / 'train'), reestimated_fg=None)
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        cfg[name].update(num_workers=0, persistent_workers=False)
    for name in ('val_dataloader', 'test_dataloader'):
        cfg[name].dataset.data_root = str(tiny_aim / 'test')
    return cfg


def test_encoder_transform_and_metric_of_the_page_work_together(extended):
    steps = [step.type for step in extended.train_dataloader.dataset.pipeline]
    assert steps[steps.index('Composite') - 1] == 'RandomFog'

    runner = Runner.from_cfg(extended)
    runner.train()
    metrics = runner.test()

    assert type(runner.model.encoder).__name__ == 'PlainEncoder'
    assert 0 < metrics['WorstPixel'] <= 1
    assert {'SAD', 'MattingMSE', 'GradientError', 'ConnectivityError'} < set(metrics)
