"""What the errors of a matte are for any arrays, and how exactly."""

import json
import math
import warnings
from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from mmengine.evaluator import Evaluator

from lsmatting_plugin.evaluation import MattingMetric, functional
from lsmatting_plugin.evaluation.functional import ERRORS, PROTOCOLS, errors_by_alpha
from lsmatting_plugin.evaluation.results import means_of
from lsmatting_plugin.registry import METRICS

SHAPES = npst.array_shapes(min_dims=2, max_dims=2, max_side=7)
VALUES = st.sampled_from([0, 1, 25, 26, 51, 127, 128, 153, 254, 255])
protocols = pytest.mark.parametrize('protocol', PROTOCOLS)


@st.composite
def images(draw, count=3, values=VALUES):
    """So many uint8 arrays of one shape, constant ones among them."""
    shape = draw(SHAPES)
    one = st.one_of(
        npst.arrays(np.uint8, shape, elements=values), values.map(lambda v: np.full(shape, v, 'u1'))
    )
    return [draw(one) for _ in range(count)]


def errors(pred, gt, trimap, protocol):
    return {name: error(pred, gt, trimap, protocol) for name, error in ERRORS.items()}


def all_unknown(alpha):
    return np.full(alpha.shape, 128, np.uint8)


@protocols
@given(images())
def test_any_8_bit_arrays_have_finite_errors_of_0_or_more_and_no_warning(protocol, arrays):
    with warnings.catch_warnings():
        warnings.simplefilter('error', RuntimeWarning)
        found = [errors(*arrays, protocol), *errors_by_alpha(*arrays, protocol).values()]
    for value in (value for values in found for value in values.values()):
        assert 0 <= value < math.inf


@protocols
@given(images(count=2), st.sampled_from(['>f2', '<f4', '>f4', '>f8', 'f8', 'g']))
def test_the_same_numbers_score_the_same_however_they_are_stored(protocol, arrays, dtype):
    pred, gt = (array.astype(dtype) / 255 for array in arrays)
    trimap = all_unknown(gt)
    expected = errors(pred.astype(np.float64), gt.astype(np.float64), trimap, protocol)
    read_only = pred.copy()
    read_only.flags.writeable = False
    strided = np.zeros((2 * pred.shape[0], 3 * pred.shape[1]), dtype)[::-2, ::3]
    strided[:] = pred
    minus_zero = np.where(pred == 0, -pred, pred)
    for stored in (pred, read_only, strided, np.asfortranarray(pred), minus_zero):
        assert errors(stored, gt, trimap, protocol) == expected


@given(images(count=2), st.sampled_from([np.float16, np.float32, np.float64]))
def test_dim_scores_floats_of_8_bits_as_the_8_bits(arrays, dtype):
    pred, gt = arrays
    expected = errors(pred, gt, all_unknown(gt), 'dim')
    as_float = [(array / 255).astype(dtype) for array in arrays]
    assert errors(*as_float, all_unknown(gt), 'dim') == expected


@given(images(count=2, values=st.integers(0, 255).filter(lambda value: value % 51)))
def test_lsa_scores_float32_within_the_rounding_of_float32(arrays):
    """Each alpha is off by 2^-25 at most, half a unit in the last place below 1."""
    doubles = [array / 255 for array in arrays]
    singles = [array.astype(np.float32) for array in doubles]
    trimap = all_unknown(arrays[0])
    exact, found = (errors(*pair, trimap, 'lsa') for pair in (doubles, singles))
    # |d' - d| <= 2 * 2^-25; a gradient, of a 7x7 kernel of unit norm in two directions, is
    # 7 sqrt(2) times an alpha at most; squares of x and x + e differ by 2 x e + e^2.
    off, reach = 2 * 2**-25, 7 * math.sqrt(2)
    bounds = dict(
        SAD=trimap.size * off / 1000,
        MattingMSE=2 * off + off**2,
        GradientError=trimap.size * reach**2 * (2 * off + off**2) / 1000,
        ConnectivityError=trimap.size * off / 1000,  # no alpha lies at a threshold here
    )
    for name, bound in bounds.items():
        assert abs(found[name] - exact[name]) <= bound + 1e-15


@protocols
@pytest.mark.parametrize('which', [0, 1])
@pytest.mark.parametrize('bad', [math.nan, math.inf, -math.inf])
@given(
    shape=SHAPES, at=st.integers(0, 48), dtype=st.sampled_from([np.float16, np.float32, np.float64])
)
def test_one_value_that_is_not_finite_is_refused_wherever_it_is(
    protocol, which, bad, shape, at, dtype
):
    alphas = [np.full(shape, 0.5, dtype) for _ in range(2)]
    alphas[which].flat[at % alphas[which].size] = bad
    trimap = np.zeros(shape, np.uint8)  # not even counted
    name = ('pred_alpha', 'gt_alpha')[which]
    for error in (*ERRORS.values(), errors_by_alpha):
        with pytest.raises(ValueError, match=f'{name} .* without NaN, but spans .*(nan|inf)'):
            error(*alphas, trimap, protocol)


@protocols
def test_sums_over_16_megapixels_are_exact_to_12_digits(protocol):
    """In single precision, pixel by pixel, this sum would stop growing at 2^24 steps."""
    shape = (4096, 4099)
    pred, gt = np.full(shape, 77, np.uint8), np.zeros(shape, np.uint8)
    step = Fraction(77, 255)
    exact = step * pred.size / 1000
    assert functional.sad(pred, gt, all_unknown(gt), protocol) == pytest.approx(exact, rel=1e-12)
    found = functional.mse(pred, gt, all_unknown(gt), protocol)
    assert found == pytest.approx(step**2, rel=1e-12)


def test_errors_do_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(0)
    arrays = rng.integers(0, 256, (2, 300, 500), dtype=np.uint8)
    trimap = rng.choice(np.array([0, 128, 255], np.uint8), arrays.shape[1:])
    before, found = cv2.getNumThreads(), []
    try:
        for count in (1, 2, 4):
            cv2.setNumThreads(count)
            found.append([errors(*arrays, trimap, protocol) for protocol in PROTOCOLS])
    finally:
        cv2.setNumThreads(before)
    assert found[0] == found[1] == found[2]


class TestMean:
    @given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.randoms())
    def test_does_not_depend_on_the_order_of_the_images(self, values, random):
        images = [(f'{number % 3}/{number}.png', value) for number, value in enumerate(values)]
        shuffled = random.sample(images, len(images))
        assert means_of('SAD', shuffled) == means_of('SAD', images)

    @pytest.mark.parametrize('bad', [math.nan, math.inf])
    def test_of_what_is_not_finite_is_refused_by_name(self, bad):
        with pytest.raises(ValueError, match=f'SAD of b.png is {bad}'):
            means_of('SAD', [('a.png', 1.0), ('b.png', bad)])

    def test_of_a_user_s_own_error_that_is_not_a_number_is_refused_too(self):
        class Undefined(MattingMetric):
            error = staticmethod(lambda *_: math.nan)

        metric = Undefined()
        metric.process(None, [sample_of(np.zeros((2, 2), np.uint8), merged_path='in/7.png')])
        with pytest.raises(ValueError, match=r'Undefined of 7\.png is nan'):
            metric.compute_metrics(metric.results)

    @protocols
    def test_counts_an_image_without_unknown_pixels_as_0(self, protocol):
        alpha = np.full((4, 5), 51, np.uint8)
        known = sample_of(alpha)
        known['ori_trimap'] = torch.zeros_like(known['ori_trimap'])
        metric = METRICS.build(dict(type='MattingMSE', protocol=protocol))
        scorer = Evaluator(metric)
        scorer.process([sample_of(alpha), known])
        assert scorer.evaluate(size=2)['MattingMSE'] == pytest.approx(0.2**2 / 2)


def sample_of(pred, **meta):
    """A data sample whose true alpha is 0 and whose trimap is unknown everywhere."""
    alpha = torch.as_tensor(pred)
    return dict(
        ori_alpha=torch.zeros(1, *alpha.shape, dtype=torch.uint8),
        ori_trimap=torch.full((1, *alpha.shape), 128, dtype=torch.uint8),
        output=dict(pred_alpha=alpha),
        **meta,
    )


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize('requires_grad', [False, True])
def test_metrics_take_predictions_of_any_precision_with_or_without_gradient(dtype, requires_grad):
    metric = METRICS.build(dict(type='SAD'))
    pred = torch.full((4, 5), 0.25, dtype=dtype, requires_grad=requires_grad)
    metric.process(None, [sample_of(pred)])
    ((_, value),) = metric.results
    assert value == pytest.approx(20 * 64 / 255 / 1000)
    json.dumps(value)
