import os
import signal
import time

import numpy as np
import pytest
import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.structures import BaseDataElement

from lsmatting_plugin.evaluation import MattingEvaluator
from lsmatting_plugin.evaluation import evaluator as module
from lsmatting_plugin.registry import METRICS
from lsmatting_plugin.structures import MattingDataSample

METRIC_CFGS = (
    dict(type='SAD'),
    dict(type='MattingMSE'),
    dict(type='GradientError', protocol='lsa'),
    dict(type='ConnectivityError'),
)


def metrics(**more):
    return [METRICS.build(dict(cfg, **more)) for cfg in METRIC_CFGS]


def sample(seed, has_alpha=True, shape=(24, 32)):
    rng = np.random.default_rng(seed)
    alpha, pred = rng.integers(0, 256, (2, *shape), dtype=np.uint8)
    fields = dict(ori_trimap=torch.full((1, *shape), 128, dtype=torch.uint8))
    if has_alpha:
        fields['ori_alpha'] = torch.from_numpy(alpha)[None]
    data_sample = MattingDataSample(metainfo=dict(merged_path=f'in/{seed}.png'), **fields)
    data_sample.output = BaseDataElement(pred_alpha=torch.from_numpy(pred / 255).float())
    return data_sample


@pytest.fixture(scope='module')
def parallel():
    """An evaluator that leaves everything to its workers."""
    return MattingEvaluator(metrics(), num_workers=2, patience=0)


def per_image(evaluator):
    return [metric.per_image for metric in evaluator.metrics]


def test_workers_find_what_the_plain_evaluator_finds_in_the_same_order(parallel):
    plain = Evaluator(metrics())
    samples = [sample(seed) for seed in range(12)]
    for evaluator in (plain, parallel):
        for start in range(0, 12, 3):
            evaluator.process(samples[start : start + 3])
    assert parallel.evaluate(12) == plain.evaluate(12)
    assert per_image(parallel) == per_image(plain)


def test_the_next_data_set_is_scored_afresh(parallel):
    for seed in (1, 2):
        plain = Evaluator(metrics())
        for evaluator in (plain, parallel):
            evaluator.process([sample(seed)])
        assert parallel.evaluate(1) == plain.evaluate(1)


def test_a_dead_worker_loses_nothing(parallel):
    samples = [sample(seed, shape=(300, 400)) for seed in range(8)]
    parallel.process(samples[:1])
    parallel.evaluate(1)
    pool = parallel._pool
    for process in pool._processes.values():
        os.kill(process.pid, signal.SIGKILL)
    for one in samples:
        parallel.process([one])
    plain = Evaluator(metrics())
    plain.process(samples)
    assert parallel.evaluate(8) == plain.evaluate(8)
    assert parallel._pool is not pool


def test_the_network_is_not_held_back(parallel, monkeypatch):
    parallel.process([sample(0)])
    parallel.evaluate(1)  # the workers are there
    monkeypatch.setattr(METRICS.get('SAD'), 'error', staticmethod(slow_error))
    start = time.perf_counter()
    parallel.process([sample(1), sample(2)])
    assert time.perf_counter() - start < slow_error.seconds
    assert parallel.evaluate(2)['SAD'] == 7


def slow_error(pred_alpha, gt_alpha, trimap, protocol):
    time.sleep(slow_error.seconds)
    return 7.0


slow_error.seconds = 1.0


def test_no_more_images_wait_than_fit_into_memory(parallel, monkeypatch):
    monkeypatch.setattr(module, 'MAX_WAITING', 3)
    for seed in range(10):
        parallel.process([sample(seed)])
        assert len(parallel._waiting) <= 3
    parallel.evaluate(10)


def test_a_small_set_starts_no_process():
    evaluator = MattingEvaluator(metrics(), num_workers=2)
    evaluator.process([sample(0)])
    evaluator.evaluate(1)
    assert evaluator._pool is None


def test_an_image_that_cannot_be_scored_is_named(parallel):
    bad = sample(3)
    bad.output.pred_alpha = bad.output.pred_alpha[:-1]
    # At once where the worker is quick, else when its answer is waited for.
    with pytest.raises(ValueError, match=r'in/3\.png: .* share one shape'):
        parallel.process([bad])
        parallel.evaluate(1)
    for metric in parallel.metrics:
        metric.results.clear()


def test_images_without_truth_are_passed_over():
    evaluator = MattingEvaluator(metrics(requires_alpha=False), num_workers=1, patience=0)
    evaluator.process([sample(0), sample(1, has_alpha=False)])
    evaluator.evaluate(2)
    (first, error), second = evaluator.metrics[0].per_image
    assert first == '0.png' and error is not None
    assert second == ('1.png', None)


class CountOfSamples(BaseMetric):
    default_prefix = ''

    def process(self, data_batch, data_samples):
        self.results += [data_batch] * len(data_samples)

    def compute_metrics(self, results):
        return dict(count=len(results), batch=results[0])


def test_metrics_of_other_kinds_are_computed_here():
    evaluator = MattingEvaluator([CountOfSamples(), *metrics()], num_workers=0)
    evaluator.process([sample(0)], data_batch='batch')
    found = evaluator.evaluate(1)
    assert (found['count'], found['batch']) == (1, 'batch')
    assert found['SAD'] > 0
