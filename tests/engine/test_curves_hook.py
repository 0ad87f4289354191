import json
from types import SimpleNamespace

import cv2

from lsmatting_plugin.engine import CurvesHook
from lsmatting_plugin.engine.launch import build_runner


def test_a_training_ends_with_its_curves(make_tiny_cfg, tmp_path, logged):
    runner = build_runner(make_tiny_cfg(tmp_path))
    runner.register_hook(CurvesHook())
    runner.train()

    assert cv2.imread(str(tmp_path / 'curves.png')).shape[1] > 1000
    assert [line for line in logged(tmp_path) if line.endswith(f'{tmp_path}/curves.png')]


def test_they_cover_the_runs_before_too(tmp_path, monkeypatch):
    for name, steps in (('20260101_000000', (10, 20)), ('20260102_000000', (30,))):
        log = tmp_path / name / 'vis_data' / 'scalars.json'
        log.parent.mkdir(parents=True)
        entries = [dict(loss=1 / step, lr=1e-3, epoch=1, step=step) for step in steps]
        log.write_text('\n'.join(map(json.dumps, entries)))
    drawn = {}
    monkeypatch.setattr(
        'lsmatting_plugin.visualization.training_curves.line_charts',
        lambda charts, labels: drawn.update(charts) or b'',
    )
    said = []
    CurvesHook().after_train(
        SimpleNamespace(work_dir=tmp_path, logger=SimpleNamespace(info=said.append))
    )

    assert drawn['loss'][tmp_path.name][0] == [10, 20, 30]
    assert (tmp_path / 'curves.png').is_file() and 'curves.png' in said[0]


def test_a_run_without_a_line_has_none(tmp_path):
    said = []
    CurvesHook().after_train(
        SimpleNamespace(work_dir=tmp_path, logger=SimpleNamespace(info=said.append))
    )

    assert said[0].startswith('No curves: No logs') and not list(tmp_path.iterdir())
