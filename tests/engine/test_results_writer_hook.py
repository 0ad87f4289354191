import csv
import json
import logging
from statistics import fmean
from types import SimpleNamespace

import pytest

from lsmatting_plugin.engine import ResultsWriterHook
from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.evaluation import SAD, MattingMSE


def rows_of(path):
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


@pytest.fixture
def write(tmp_path):
    """Let the hook write the results of some metrics into a file, and return its path."""

    def run(name, metrics, **means):
        runner = SimpleNamespace(
            test_evaluator=SimpleNamespace(metrics=metrics), logger=logging.getLogger()
        )
        hook = ResultsWriterHook(str(tmp_path / name))
        hook.after_test_epoch(runner, metrics=means)
        return tmp_path / name

    return run


def scored(metric, **per_image):
    metric.per_image = list(per_image.items())
    return metric


def test_json_holds_means_and_images(write):
    metrics = [scored(SAD(), a=1.5, b=2.5), scored(MattingMSE(), a=0.25, b=0.75)]

    path = write('new/results.json', metrics, SAD=2.0, MattingMSE=0.5)

    assert json.loads(path.read_text()) == dict(
        mean=dict(SAD=2.0, MattingMSE=0.5),
        images=[
            dict(name='a', SAD=1.5, MattingMSE=0.25),
            dict(name='b', SAD=2.5, MattingMSE=0.75),
        ],
    )
    assert list(path.parent.iterdir()) == [path]


def test_csv_holds_a_line_per_image_and_the_mean(write):
    path = write('results.csv', [scored(SAD(), a=1.5, b=2.5)], SAD=2.0)

    assert path.read_text() == 'name,SAD\na,1.5\nb,2.5\nmean,2.0\n'


@pytest.mark.parametrize('suffix', ['csv', 'json'])
def test_metrics_are_told_apart_by_their_prefix(write, suffix):
    metrics = [scored(SAD(protocol=p, prefix=p), a=value) for p, value in (('dim', 1), ('lsa', 2))]

    path = write(f'results.{suffix}', metrics, **{'dim/SAD': 1, 'lsa/SAD': 2})

    row = rows_of(path)[0] if suffix == 'csv' else json.loads(path.read_text())['images'][0]
    assert (float(row['dim/SAD']), float(row['lsa/SAD'])) == (1, 2)


def test_metrics_that_keep_no_images_give_their_mean_only(write):
    metrics = [scored(SAD(), a=1.5), SimpleNamespace(prefix=None)]

    rows = rows_of(write('results.csv', metrics, SAD=1.5, PSNR=30))

    assert rows == [dict(name='a', SAD='1.5', PSNR=''), dict(name='mean', SAD='1.5', PSNR='30.0')]


@pytest.mark.parametrize('name', ['results.xlsx', 'results'])
def test_other_formats_are_refused_before_the_test_runs(name):
    with pytest.raises(ValueError, match=rf'\.json or \.csv, not to {name}'):
        ResultsWriterHook(name)


def test_only_the_main_process_writes(write, monkeypatch):
    monkeypatch.setattr(
        'lsmatting_plugin.engine.results_writer_hook.is_main_process', lambda: False
    )

    assert not write('results.json', [scored(SAD(), a=1.0)], SAD=1.0).exists()


def test_a_real_test_run_writes_results_and_mattes(make_tiny_cfg, tiny_aim, tmp_path):
    cfg = make_tiny_cfg(tmp_path)
    cfg.custom_hooks += [
        dict(type='ResultsWriterHook', out=str(tmp_path / 'results.json')),
        dict(type='MatteWriterHook', out_dir=str(tmp_path / 'mattes')),
    ]

    means = build_runner(cfg).test()

    results = json.loads((tmp_path / 'results.json').read_text())
    images = sorted(path.name for path in (tiny_aim / 'test/merged').iterdir())
    assert results['mean'] == means
    assert [image['name'] for image in results['images']] == images
    assert sorted(path.name for path in (tmp_path / 'mattes').iterdir()) == images
    for metric, mean in means.items():
        assert fmean(image[metric] for image in results['images']) == pytest.approx(mean)


def test_folders_have_a_mean_of_their_own(write):
    metric = SAD()
    metric.per_image = [('Trimap1/a.png', 1.0), ('Trimap2/a.png', 3.0)]
    means = {'SAD': 2.0, 'SAD/Trimap1': 1.0, 'SAD/Trimap2': 3.0}

    assert write('results.csv', [metric], **means).read_text() == (
        'name,SAD\nTrimap1/a.png,1.0\nTrimap2/a.png,3.0\n'
        'mean of Trimap1,1.0\nmean of Trimap2,3.0\nmean,2.0\n'
    )
    assert json.loads(write('results.json', [metric], **means).read_text())['mean'] == means
