import csv
import json
import logging
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace

import pytest

from lsmatting_plugin.engine import ResultsWriterHook
from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.evaluation import SAD, MattingMSE
from lsmatting_plugin.structures import MattingDataSample


def rows_of(path):
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


class Samples(list):
    """Stands for a data set of these samples."""

    def get_data_info(self, index):
        return dict(merged_path=self[index].merged_path)


@pytest.fixture
def write(tmp_path):
    """Let the hook write the results of some metrics into a file, and return its path."""

    def run(name, metrics, images='ab', **means):
        samples = Samples(MattingDataSample(metainfo=dict(merged_path=f'in/{x}')) for x in images)
        runner = SimpleNamespace(
            cfg=SimpleNamespace(filename='configs/tiny.py'),
            hooks=[],
            logger=logging.getLogger(),
            model=SimpleNamespace(test_step=lambda data: samples),
            test_evaluator=SimpleNamespace(metrics=metrics),
            test_loop=SimpleNamespace(dataloader=SimpleNamespace(dataset=samples)),
        )
        hook = ResultsWriterHook(str(tmp_path / name))
        hook.before_test(runner)
        hook.after_test_iter(runner, 0, outputs=runner.model.test_step(None))
        for _, image in hook.images:
            image['seconds'] = 0.25
        hook.after_test_epoch(runner, metrics=means)
        return tmp_path / name

    return run


def scored(metric, **per_image):
    metric.per_image = list(per_image.items())
    return metric


def test_json_holds_means_and_images(write):
    metrics = [scored(SAD(), a=1.5, b=2.5), scored(MattingMSE(), a=0.25, b=0.75)]

    path = write('new/results.json', metrics, SAD=2.0, MattingMSE=0.5)

    a, b = (dict(seconds=0.25, paths=dict(image=f'in/{name}')) for name in 'ab')
    assert json.loads(path.read_text()) == dict(
        name='tiny',
        protocol='dim',
        test_set=None,
        mean=dict(SAD=2.0, MattingMSE=0.5, seconds=0.25),
        images=[
            dict(name='a', SAD=1.5, MattingMSE=0.25, **a),
            dict(name='b', SAD=2.5, MattingMSE=0.75, **b),
        ],
        by_alpha={},
    )
    assert list(path.parent.iterdir()) == [path]


def test_csv_holds_a_line_per_image_and_the_mean(write):
    path = write('results.csv', [scored(SAD(), a=1.5, b=2.5)], SAD=2.0)

    assert path.read_text() == 'name,SAD,seconds\na,1.5,0.25\nb,2.5,0.25\nmean,2.0,0.25\n'


@pytest.mark.parametrize('suffix', ['csv', 'json'])
def test_metrics_are_told_apart_by_their_prefix(write, suffix):
    protocols = (('dim', 1), ('lsa', 2))
    metrics = [scored(SAD(protocol=p, prefix=p), a=value) for p, value in protocols]

    path = write(f'results.{suffix}', metrics, images='a', **{'dim/SAD': 1, 'lsa/SAD': 2})

    row = rows_of(path)[0] if suffix == 'csv' else json.loads(path.read_text())['images'][0]
    assert (float(row['dim/SAD']), float(row['lsa/SAD'])) == (1, 2)


def test_metrics_that_keep_no_images_give_their_mean_only(write):
    metrics = [scored(SAD(), a=1.5), SimpleNamespace(prefix=None)]

    rows = rows_of(write('results.csv', metrics, images='a', SAD=1.5, PSNR=30))

    seconds = dict(seconds='0.25')
    assert rows == [
        dict(name='a', SAD='1.5', PSNR='', **seconds),
        dict(name='mean', SAD='1.5', PSNR='30.0', **seconds),
    ]


def test_an_image_without_truth_is_listed_without_scores(write):
    rows = rows_of(write('results.csv', [scored(SAD(), a=None, b=2.0)], SAD=2.0))

    assert [row['SAD'] for row in rows] == ['', '2.0', '2.0']


def test_images_of_one_name_are_told_apart_by_their_folders(write):
    metric = SAD()
    metric.per_image = [('0.png', None), ('0.png', 2.0)]  # as metrics call them

    path = write('results.json', [metric], images=('x/0.png', 'y/0.png'), SAD=2.0)

    results = json.loads(path.read_text())
    assert [image['name'] for image in results['images']] == ['x/0.png', 'y/0.png']
    assert [image.get('SAD') for image in results['images']] == [None, 2.0]
    assert results['mean'] == dict(SAD=2.0, seconds=0.25)  # and no means by folder


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
    seconds = results['mean'].pop('seconds')
    assert results['mean'] == means
    assert seconds == pytest.approx(fmean(image['seconds'] for image in results['images']))
    assert results['protocol'] == 'dim'
    assert [image['name'] for image in results['images']] == images
    assert sorted(path.name for path in (tmp_path / 'mattes').iterdir()) == images
    for image in results['images']:
        assert all(Path(path).is_file() for path in image['paths'].values())
        assert set(image['paths']) == {'image', 'trimap', 'alpha', 'matte'}
    for metric, mean in means.items():
        assert fmean(image[metric] for image in results['images']) == pytest.approx(mean)
