import math
import warnings

import numpy as np
import pytest
from oracles import metrics as oracle

from lsmatting_plugin.evaluation import connectivity_error, functional, gradient_error, mse, sad

ERRORS = ('sad', 'mse', 'gradient_error', 'connectivity_error')
PROTOCOLS = ('dim', 'lsa')


def image(*rows):
    return np.array(rows, dtype=np.uint8)


def unknown_like(alpha):
    return np.full(alpha.shape, 128, dtype=np.uint8)


def all_errors(pred, gt, trimap, protocol, module=functional):
    return [getattr(module, name)(pred, gt, trimap, protocol) for name in ERRORS]


class TestGolden:
    @pytest.mark.parametrize('index', range(4))
    def test_lsa_equals_the_original_repository(self, golden_dir, index):
        with np.load(golden_dir / 'metrics.npz') as golden:
            inputs = [golden[f'{name}_{index}'] for name in ('pred', 'gt', 'trimap')]
            expected = golden[f'values_{index}']
        assert all_errors(*inputs, 'lsa') == pytest.approx(expected, rel=1e-12, abs=1e-12)

    @pytest.mark.parametrize('index', range(8))
    def test_dim_equals_the_matlab_code_up_to_its_single_precision_sums(self, golden_dir, index):
        with np.load(golden_dir / 'metrics_dim.npz') as golden:
            inputs = [golden[f'{name}_{index}'] for name in ('pred', 'gt', 'trimap')]
            expected = golden[f'dim_{index}']
        assert all_errors(*inputs, 'dim') == pytest.approx(expected, rel=1e-6)

    def test_the_oracle_equals_the_matlab_code(self, golden_dir):
        with np.load(golden_dir / 'metrics_dim.npz') as golden:
            inputs = [golden[f'{name}_7'] for name in ('pred', 'gt', 'trimap')]
            expected = golden['dim_7']
        assert all_errors(*inputs, 'dim', module=oracle) == pytest.approx(expected, rel=1e-6)


def random_matte(rng, shape, kind):
    """A prediction and a truth, uint8: 'noise', 'blocky' (equal components) or 'levels' (k/10)."""
    if kind == 'noise':
        gt = rng.integers(0, 256, shape)
        pred = np.clip(gt + rng.integers(-40, 41, shape), 0, 255)
    elif kind == 'blocky':
        gt = rng.choice([0, 200, 255], shape, p=[0.6, 0.2, 0.2])
        pred = np.where(rng.random(shape) < 0.3, rng.integers(0, 256, shape), gt)
    else:
        gt, pred = rng.choice([0, 51, 102, 153, 204, 255], (2, *shape))
    return pred.astype(np.uint8), gt.astype(np.uint8)


@pytest.mark.parametrize('protocol', PROTOCOLS)
class TestOracle:
    @pytest.mark.parametrize('kind', ['noise', 'blocky', 'levels'])
    @pytest.mark.parametrize('shape', [(1, 1), (1, 17), (17, 1), (2, 3), (13, 10), (15, 19)])
    def test_random_8_bit_mattes_score_as_the_oracle(self, protocol, kind, shape):
        rng = np.random.default_rng(sum(shape))
        pred, gt = random_matte(rng, shape, kind)
        trimap = rng.choice([0, 127, 128, 255], shape).astype(np.uint8)
        expected = all_errors(pred, gt, trimap, protocol, module=oracle)
        assert all_errors(pred, gt, trimap, protocol) == pytest.approx(expected, rel=1e-9)

    @pytest.mark.parametrize('dtype', [np.float32, np.float64])
    def test_random_float_mattes_score_as_the_oracle(self, protocol, dtype):
        rng = np.random.default_rng(7)
        gt = rng.random((11, 14)).astype(dtype)
        pred = np.clip(gt + rng.normal(0, 0.1, gt.shape), 0, 1).astype(dtype)
        trimap = rng.choice([0, 128, 255], gt.shape).astype(np.uint8)
        expected = all_errors(pred, gt, trimap, protocol, module=oracle)
        assert all_errors(pred, gt, trimap, protocol) == pytest.approx(expected, rel=1e-9)

    def test_constant_alphas_score_as_the_oracle(self, protocol):
        for pred_value, gt_value in [(0, 0), (0, 255), (255, 0), (153, 153), (255, 153)]:
            gt = np.full((6, 5), gt_value, dtype=np.uint8)
            pred = np.full_like(gt, pred_value)
            expected = all_errors(pred, gt, unknown_like(gt), protocol, module=oracle)
            got = all_errors(pred, gt, unknown_like(gt), protocol)
            assert got == pytest.approx(expected, rel=1e-9, abs=1e-15)

    def test_an_empty_unknown_region_scores_as_the_oracle(self, protocol):
        pred, gt = random_matte(np.random.default_rng(3), (9, 8), 'noise')
        trimap = np.where(gt > 127, 255, 0).astype(np.uint8)
        expected = all_errors(pred, gt, trimap, protocol, module=oracle)
        assert all_errors(pred, gt, trimap, protocol) == pytest.approx(expected, rel=1e-9)


class TestConventions:
    @pytest.mark.parametrize('protocol', PROTOCOLS)
    def test_a_perfect_prediction_scores_zero(self, protocol):
        _, gt = random_matte(np.random.default_rng(0), (8, 9), 'noise')
        assert all_errors(gt, gt, unknown_like(gt), protocol) == [0, 0, 0, 0]

    def test_dim_is_the_default_protocol(self):
        pred, gt = random_matte(np.random.default_rng(1), (8, 9), 'noise')
        trimap = np.where(gt > 200, 255, 128).astype(np.uint8)
        got = [getattr(functional, name)(pred, gt, trimap) for name in ERRORS]
        assert got == all_errors(pred, gt, trimap, 'dim')
        assert got != all_errors(pred, gt, trimap, 'lsa')

    def test_an_empty_unknown_region_scores_zero_without_a_warning(self):
        pred, gt, trimap = image([10, 200]), image([0, 255]), image([0, 255])
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            assert all_errors(pred, gt, trimap, 'dim') == [0, 0, 0, 0]
            assert all_errors(pred, gt, trimap, 'lsa') == [pytest.approx(65 / 255e3), 0, 0, 0]

    @pytest.mark.parametrize('protocol', PROTOCOLS)
    def test_any_trimap_value_between_0_and_255_is_unknown(self, protocol):
        pred, gt = random_matte(np.random.default_rng(2), (8, 9), 'noise')
        trimap = np.where(gt > 200, 255, 128).astype(np.uint8)
        odd_trimap = np.where(trimap == 128, gt // 2 + 1, 255).astype(np.uint8)
        expected = all_errors(pred, gt, trimap, protocol)
        assert all_errors(pred, gt, odd_trimap, protocol) == expected

    def test_dim_scores_a_float_as_the_8_bit_file_it_would_be_saved_to(self):
        pred, gt = random_matte(np.random.default_rng(4), (8, 9), 'noise')
        trimap = unknown_like(gt)
        slightly_off = np.clip((pred + 0.4) / 255, 0, 1).astype(np.float32)
        expected = all_errors(pred, gt, trimap, 'dim')
        assert all_errors(slightly_off, gt / 255, trimap, 'dim') == expected

    def test_lsa_scores_a_float_as_it_is(self):
        pred, gt = np.array([[0.1001]]), np.array([[0.1]])
        assert sad(pred, gt, image([128]), 'lsa') == pytest.approx(1e-7)
        assert sad(pred, gt, image([128]), 'dim') == 0

    def test_the_arguments_are_left_as_they_were(self):
        pred, gt = random_matte(np.random.default_rng(5), (8, 9), 'noise')
        arguments = [pred / 255, gt / 255, unknown_like(gt)]
        copies = [array.copy() for array in arguments]
        for protocol in PROTOCOLS:
            all_errors(*arguments, protocol)
        assert all(np.array_equal(*pair) for pair in zip(arguments, copies, strict=True))


class TestSadAndMse:
    pred, gt, trimap = image([51, 102, 255]), image([0, 0, 204]), image([128, 128, 255])

    def test_dim_counts_the_unknown_region(self):
        assert sad(self.pred, self.gt, self.trimap, 'dim') == pytest.approx(0.6 / 1000)
        assert mse(self.pred, self.gt, self.trimap, 'dim') == pytest.approx((0.04 + 0.16) / 2)

    def test_lsa_counts_the_whole_image_per_unknown_pixel(self):
        assert sad(self.pred, self.gt, self.trimap, 'lsa') == pytest.approx(0.8 / 1000)
        assert mse(self.pred, self.gt, self.trimap, 'lsa') == pytest.approx(0.24 / 2)


class TestGradientError:
    @pytest.mark.parametrize(('protocol', 'half_size'), [('dim', 4), ('lsa', 3)])
    def test_a_missed_step_edge_costs_the_kernel_s_response_squared(self, protocol, half_size):
        gt = np.zeros((20, 20), dtype=np.uint8)
        gt[:, 10:] = 255
        trimap = np.zeros_like(gt)
        trimap[10, 9] = 128  # of the kernel's columns, those right of its centre lie on the edge
        gauss = {x: math.exp(-(x**2) / (2 * 1.4**2)) for x in range(-half_size, half_size + 1)}
        derivative = {x: x * gauss[x] for x in gauss}
        response = sum(gauss.values()) * sum(derivative[x] for x in gauss if x > 0)
        response /= math.hypot(*gauss.values()) * math.hypot(*derivative.values())
        pred = np.zeros_like(gt)
        assert gradient_error(pred, gt, trimap, protocol) == pytest.approx(response**2 / 1000)

    def test_dim_forgives_a_wrong_gain_and_offset_and_lsa_does_not(self):
        gt = image([0, 50, 100], [100, 0, 50])
        pred = 2 * gt + 30
        assert gradient_error(pred, gt, unknown_like(gt), 'dim') == pytest.approx(0, abs=1e-18)
        assert gradient_error(pred, gt, unknown_like(gt), 'lsa') > 1e-5

    @pytest.mark.parametrize('protocol', PROTOCOLS)
    def test_constant_alphas_have_no_gradient_up_to_the_border(self, protocol):
        gt = np.full((5, 7), 100, dtype=np.uint8)
        got = gradient_error(gt + 100, gt, unknown_like(gt), protocol)
        assert got == pytest.approx(0, abs=1e-18)


class TestConnectivityError:
    @pytest.mark.parametrize(('protocol', 'per_pixel'), [('dim', 0.4), ('lsa', 0.5)])
    def test_153_reaches_0_6_in_single_precision_only(self, protocol, per_pixel):
        # level 0.6: phi = 1 and 1 - (1 - 0.6); level 0.5 (the lsa repository): 1 and 1 - (1 - 0.5)
        gt = np.full((3, 4), 255, dtype=np.uint8)
        pred = np.full_like(gt, 153)
        pred[0, 0] = 255  # a perfect pixel: the higher thresholds are reached somewhere
        got = connectivity_error(pred, gt, unknown_like(gt), protocol)
        assert got == pytest.approx(11 * per_pixel / 1000)

    @pytest.mark.parametrize('protocol', PROTOCOLS)
    def test_the_background_is_no_component_however_large(self, protocol):
        gt = np.zeros((9, 9), dtype=np.uint8)
        gt[0, :2] = 255  # the largest component, where both agree up to 0.9
        pred = gt.copy()
        pred[0, :2] = 242
        trimap = np.where(gt > 0, 128, 0).astype(np.uint8)
        # level 0.9, so d = 0.1 and 0.049, both below 0.15: phi = 1 and 1
        assert connectivity_error(pred, gt, trimap, protocol) == 0

    @pytest.mark.parametrize('protocol', PROTOCOLS)
    def test_diagonal_neighbours_are_not_connected(self, protocol):
        gt = image([255, 255, 0], [0, 0, 128])
        pred = np.minimum(gt, 250)
        pred[1, 2] = 140
        trimap = image([0, 0, 0], [0, 0, 128])
        # apart from the pair: level 0, d = alpha
        assert connectivity_error(pred, gt, trimap, protocol) == pytest.approx(12 / 255e3)

    @pytest.mark.parametrize(('protocol', 'first'), [('dim', (2, 0)), ('lsa', (0, 2))])
    def test_of_equal_components_dim_takes_the_first_by_columns_and_lsa_by_rows(
        self, protocol, first
    ):
        gt = image([0, 0, 242], [0, 0, 0], [242, 0, 0])
        pred = np.where(gt > 0, 255, 0).astype(np.uint8)
        for position in [(2, 0), (0, 2)]:
            trimap = np.zeros_like(gt)
            trimap[position] = 128
            # connected: level 0.9, both d below 0.15; else level 0: the plain difference
            expected = 0 if position == first else 13 / 255e3
            assert connectivity_error(pred, gt, trimap, protocol) == pytest.approx(expected)

    def test_at_a_threshold_that_no_pixel_reaches_dim_assigns_the_level_and_lsa_skips(self):
        pred, gt = image([128, 128]), image([77, 77])
        # level 0.3: phi = 1 - (128/255 - 0.3) and 1; level 1: 1 and 1
        per_pixel = 128 / 255 - 0.3
        trimap = unknown_like(gt)
        assert connectivity_error(pred, gt, trimap, 'dim') == pytest.approx(2 * per_pixel / 1000)
        assert connectivity_error(pred, gt, trimap, 'lsa') == 0


@pytest.mark.parametrize('name', ERRORS)
class TestRefusals:
    alpha, trimap = np.zeros((4, 6), dtype=np.uint8), np.full((4, 6), 128, dtype=np.uint8)

    def refuses(self, name, message, pred=alpha, gt=alpha, trimap=trimap, protocol='dim'):
        with pytest.raises(ValueError, match=message):
            getattr(functional, name)(pred, gt, trimap, protocol)

    def test_an_unknown_protocol_is_named(self, name):
        self.refuses(name, "'dim' or 'lsa', but is 'matlab'", protocol='matlab')

    def test_different_shapes_are_named(self, name):
        self.refuses(name, r'pred_alpha \(4, 6\), gt_alpha \(6, 4\)', gt=self.alpha.T)

    def test_other_than_two_dimensions_are_named(self, name):
        self.refuses(name, r'pred_alpha .* shape \(1, 4, 6\)', pred=self.alpha[None])
        self.refuses(name, r'gt_alpha .* shape \(0, 6\)', gt=self.alpha[:0])

    def test_other_dtypes_are_named(self, name):
        self.refuses(name, 'pred_alpha must be uint8 .* int64', pred=self.alpha.astype(np.int64))
        self.refuses(name, 'gt_alpha must be uint8 .* bool', gt=self.alpha > 0)
        self.refuses(name, 'trimap must be uint8 .* float64', trimap=self.trimap / 255)

    def test_other_than_arrays_are_named(self, name):
        self.refuses(name, 'pred_alpha must be a numpy array .* list', pred=self.alpha.tolist())

    def test_floats_outside_0_to_1_are_named(self, name):
        self.refuses(name, r'pred_alpha .* 255\.0\.\.255\.0', pred=np.full((4, 6), 255.0))
        self.refuses(name, r'gt_alpha .* -0\.5\.\.-0\.5', gt=np.full((4, 6), -0.5))

    def test_nan_is_named(self, name):
        self.refuses(name, 'pred_alpha .* without NaN', pred=np.full((4, 6), np.nan))
