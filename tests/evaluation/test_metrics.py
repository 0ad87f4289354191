import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from mmengine.structures import BaseDataElement

from lsmatting_plugin.evaluation import functional
from lsmatting_plugin.registry import METRICS
from lsmatting_plugin.structures import MattingDataSample

FUNCTIONS = {
    'SAD': functional.sad,
    'MattingMSE': functional.mse,
    'GradientError': functional.gradient_error,
    'ConnectivityError': functional.connectivity_error,
}


def random_image(seed):
    """Prediction, truth, trimap: uint8 (H, W), of a size that depends on the seed."""
    rng = np.random.default_rng(seed)
    shape = (8 + seed, 11)
    gt = rng.integers(0, 256, shape, dtype=np.uint8)
    pred = rng.integers(0, 256, shape, dtype=np.uint8)
    return pred, gt, rng.choice(np.array([0, 128, 255], dtype=np.uint8), shape)


def data_sample(pred, gt, trimap, **meta):
    return MattingDataSample(
        metainfo=meta,
        ori_alpha=torch.from_numpy(gt)[None],
        ori_trimap=torch.from_numpy(trimap)[None],
        output=BaseDataElement(pred_alpha=torch.from_numpy(pred)),
    )


def evaluator(**options):
    """All four metrics, found by their bare names as under a config's ``default_scope``."""
    with DefaultScope.overwrite_default_scope('lsmatting_plugin'):
        return Evaluator([dict(type=name, **options) for name in FUNCTIONS])


def mean_errors(images, protocol):
    return {
        name: np.mean([function(*image, protocol) for image in images])
        for name, function in FUNCTIONS.items()
    }


@pytest.mark.parametrize('protocol', ['dim', 'lsa'])
def test_evaluator_logs_the_mean_error_under_the_bare_class_names(protocol):
    images = [random_image(seed) for seed in range(3)]
    scorer = evaluator(protocol=protocol)
    for image in images:
        scorer.process([data_sample(*image)])
    metrics = scorer.evaluate(size=3)
    assert list(metrics) == ['SAD', 'MattingMSE', 'GradientError', 'ConnectivityError']
    assert metrics == pytest.approx(mean_errors(images, protocol))


def test_dim_is_the_default_protocol():
    image = random_image(0)
    scorer = evaluator()
    scorer.process([data_sample(*image)])
    assert scorer.evaluate(size=1) == pytest.approx(mean_errors([image], 'dim'))


def test_a_float_prediction_scores_as_the_8_bit_prediction_of_mmedit():
    pred, gt, trimap = random_image(1)
    scorer = evaluator()
    scorer.process([data_sample((pred / 255).astype(np.float32), gt, trimap)])
    from_float = scorer.evaluate(size=1)
    scorer.process([data_sample(pred, gt, trimap)])
    assert from_float == scorer.evaluate(size=1)


def test_several_samples_of_one_batch_are_scored():
    images = [random_image(seed) for seed in range(2)]
    scorer = evaluator()
    scorer.process([data_sample(*image) for image in images])
    assert scorer.evaluate(size=2) == pytest.approx(mean_errors(images, 'dim'))


def test_per_image_lists_file_names_and_errors_in_data_set_order():
    images = [random_image(seed) for seed in range(3)]
    metric = METRICS.build(dict(type='SAD'))
    scorer = Evaluator(metric)
    assert metric.per_image == []
    for name, image in zip('cab', images, strict=True):
        scorer.process([data_sample(*image, merged_path=f'data/merged/{name}.png')])
    scorer.evaluate(size=3)
    values = [functional.sad(*image) for image in images]
    assert metric.per_image == list(zip(['c.png', 'a.png', 'b.png'], values, strict=True))


def test_per_image_holds_the_last_evaluation_only_and_numbers_images_without_a_path():
    metric = METRICS.build(dict(type='SAD'))
    scorer = Evaluator(metric)
    for _ in range(2):
        scorer.process([data_sample(*random_image(0)), data_sample(*random_image(1))])
        scorer.evaluate(size=2)
    assert [name for name, _ in metric.per_image] == ['image 0', 'image 1']


def test_samples_that_the_loader_padded_are_dropped():
    images = [random_image(seed) for seed in range(2)]
    metric = METRICS.build(dict(type='SAD'))
    scorer = Evaluator(metric)
    scorer.process([data_sample(*image) for image in (*images, images[0])])
    assert scorer.evaluate(size=2)['SAD'] == pytest.approx(mean_errors(images, 'dim')['SAD'])
    assert len(metric.per_image) == 2


def test_no_warning_about_a_missing_prefix_is_logged(monkeypatch):
    logged = []
    monkeypatch.setattr('mmengine.evaluator.metric.print_log', lambda *a, **k: logged.append(a))
    evaluator()
    assert logged == []


def test_a_prefix_is_put_before_the_logged_names():
    scorer = evaluator(prefix='comp1k')
    scorer.process([data_sample(*random_image(0))])
    assert list(scorer.evaluate(size=1)) == [f'comp1k/{name}' for name in FUNCTIONS]


@pytest.mark.parametrize(
    ('field', 'message'),
    [
        ('ori_alpha', 'merged/7.png: the data sample lacks the true alpha'),
        ('ori_trimap', 'merged/7.png: the data sample lacks the trimap'),
        ('output', 'merged/7.png: the data sample lacks the predicted alpha'),
    ],
)
def test_an_absent_field_is_an_error_that_names_the_image(field, message):
    sample = data_sample(*random_image(0), merged_path='merged/7.png')
    delattr(sample, field)
    with pytest.raises(ValueError, match=message):
        evaluator().process([sample])


def test_an_image_that_cannot_be_scored_is_an_error_that_names_it():
    pred, gt, trimap = random_image(0)
    sample = data_sample(pred[1:], gt, trimap, merged_path='merged/7.png')
    with pytest.raises(ValueError, match=r'merged/7.png: .* pred_alpha \(7, 11\)'):
        evaluator().process([sample])


def test_no_image_at_all_is_an_error():
    with pytest.raises(ValueError, match='SAD has no image'):
        evaluator().evaluate(size=0)


def test_an_unknown_protocol_is_refused_when_the_config_is_built():
    with pytest.raises(ValueError, match="'dim' or 'lsa', but is 'matlab'"):
        METRICS.build(dict(type='SAD', protocol='matlab'))


class TestWithoutTrueAlpha:
    @pytest.fixture
    def scorer(self):
        return evaluator(requires_alpha=False)

    @pytest.fixture
    def blind_sample(self):
        sample = data_sample(*random_image(0), merged_path='input/net.png')
        del sample.ori_alpha
        return sample

    def test_nothing_is_logged(self, scorer, blind_sample, monkeypatch):
        warned = []
        monkeypatch.setattr('mmengine.evaluator.metric.print_log', lambda *a, **k: warned.append(a))
        scorer.process([blind_sample])
        assert scorer.evaluate(size=1) == {}
        assert warned == []

    def test_images_that_have_one_are_scored(self, scorer, blind_sample):
        image = random_image(1)
        scorer.process([blind_sample, data_sample(*image, merged_path='input/doll.png')])
        assert scorer.evaluate(size=2) == pytest.approx(mean_errors([image], 'dim'))
        (blind, absent), (seen, error) = scorer.metrics[0].per_image
        assert (blind, absent) == ('net.png', None)
        assert seen == 'doll.png' and error == functional.sad(*image)


def test_errors_are_also_averaged_folder_by_folder():
    images = [random_image(seed) for seed in range(3)]
    names = ('Trimap1/a.png', 'Trimap1/b.png', 'Trimap2/a.png')
    metric = METRICS.build(dict(type='SAD'))
    scorer = Evaluator(metric)
    for name, image in zip(names, images, strict=True):
        scorer.process([data_sample(*image, merged_path='input/x.png', matte_name=name)])
    a, b, c = (functional.sad(*image) for image in images)
    expected = {'SAD': (a + b + c) / 3, 'SAD/Trimap1': (a + b) / 2, 'SAD/Trimap2': c}
    assert scorer.evaluate(size=3) == pytest.approx(expected)
    assert [name for name, _ in metric.per_image] == list(names)
