import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.model import ExponentialMovingAverage
from mmengine.optim import OptimWrapper
from mmengine.runner.checkpoint import load_state_dict as mmengine_load
from oracles.frame import framed

from lsmatting_plugin.models import MultiScaleAlphaLoss
from lsmatting_plugin.registry import MODELS
from lsmatting_plugin.structures import MattingDataSample


def trimap_channel(values, size):
    """(1, H, W), 0..255: columns of the given values, repeated to the width."""
    row = torch.tensor(values).repeat(size[1] // len(values) + 1)[: size[1]]
    return row.expand(1, *size).clone()


def network_input(size, trimap=(128,), batch=1):
    channel = trimap_channel(trimap, size).float() / 255
    return torch.cat([torch.randn(batch, 3, *size), channel.expand(batch, 1, *size)], dim=1)


def sample_of(size, trimap=(0, 128, 255), **fields):
    sample = MattingDataSample()
    sample.trimap = trimap_channel(trimap, size).to(torch.uint8)
    sample.gt_alpha = torch.randint(0, 256, (1, *size), dtype=torch.uint8)
    sample.set_data(fields)
    return sample


def raw_batch(size, batch=2):
    """A batch as data loaders give it."""
    images = [torch.randint(0, 256, (3, *size), dtype=torch.uint8) for _ in range(batch)]
    return dict(inputs=images, data_samples=[sample_of(size) for _ in images])


@pytest.fixture
def mattor(build_mattor):
    return build_mattor()


class Answering:
    """A network for prediction that answers ``function`` of its framed input."""

    tile = None

    def __init__(self, function):
        self.function = function

    def __call__(self, framed, is_wanted):
        return self.function(framed).clone()


@pytest.fixture
def answering(build_mattor):
    """Factory of mattors whose network answers ``function`` of its framed input."""

    def build(function, **test_cfg):
        mattor = build_mattor(test_cfg=test_cfg)
        mattor.prediction_network = lambda: Answering(function)
        return mattor

    return build


def constant(value):
    return lambda x: torch.full_like(x[:, :1], value)


def first_channel(x):
    return x[:, :1]


class TestModes:
    @pytest.mark.parametrize('size', [(64, 96), (45, 67), (1, 1)])
    def test_tensor_is_raw_alpha_of_the_input_s_size(self, mattor, size):
        inputs = network_input(size, batch=2)
        alpha = mattor(inputs)
        assert alpha.shape == (2, 1, *size)
        assert torch.equal(alpha, mattor.raw_alpha(inputs))

    def test_loss_counts_where_the_trimap_is_neither_0_nor_255(self, mattor):
        inputs = network_input((20, 30), trimap=(0, 1, 128, 254, 255))
        sample = sample_of((20, 30))
        sample.gt_alpha = torch.rand(1, 20, 30)
        is_unknown = torch.tensor([0, 1, 1, 1, 0]).repeat(6).expand(1, 1, 20, 30)
        expected = MultiScaleAlphaLoss()(mattor(inputs), sample.gt_alpha[None], is_unknown)

        losses = mattor(inputs, [sample], mode='loss')

        assert list(losses) == ['loss_alpha']
        torch.testing.assert_close(losses['loss_alpha'], expected)

    def test_predict_fills_in_the_samples_it_was_given(self, mattor):
        samples = [sample_of((20, 30)), sample_of((20, 30))]
        predicted = mattor(network_input((20, 30), batch=2), samples, mode='predict')
        assert all(a is b for a, b in zip(predicted, samples, strict=True))
        assert all(sample.output.pred_alpha.shape == (20, 30) for sample in samples)

    def test_predict_makes_samples_where_there_are_none(self, mattor):
        predicted = mattor(network_input((20, 30), batch=2), mode='predict')
        assert [sample.output.pred_alpha.shape for sample in predicted] == [(20, 30)] * 2

    def test_another_mode_is_refused(self, mattor):
        with pytest.raises(ValueError, match="'tensor', 'loss' or 'predict', not 'test'"):
            mattor(network_input((8, 8)), mode='test')


class TestSteps:
    def test_a_training_step_changes_the_weights(self, mattor):
        before = copy.deepcopy(mattor.state_dict())
        optimizer = OptimWrapper(torch.optim.Adam(mattor.parameters(), lr=1e-3))
        logged = mattor.train().train_step(raw_batch((64, 64)), optimizer)
        assert set(logged) == {'loss', 'loss_alpha'}
        assert logged['loss'].item() > 0
        after = mattor.state_dict()
        assert not any(torch.equal(before[key], after[key]) for key in after if 'head' in key)

    def test_a_test_step_takes_images_as_they_are_loaded(self, mattor):
        for sample in mattor.test_step(raw_batch((21, 33))):
            alpha = sample.output.pred_alpha
            assert alpha.dtype == torch.float32
            assert (alpha[sample.trimap[0] == 0] == 0).all()
            assert (alpha[sample.trimap[0] == 255] == 1).all()

    @pytest.mark.parametrize('norm_eval', [False, True])
    def test_statistics_follow_the_training_images_unless_norm_eval(self, build_mattor, norm_eval):
        mattor = build_mattor(norm_eval=norm_eval).train()
        before = copy.deepcopy(dict(mattor.named_buffers()))
        optimizer = OptimWrapper(torch.optim.SGD(mattor.parameters(), lr=1e-3))
        mattor.train_step(raw_batch((64, 64), batch=2), optimizer)
        means = {k: v for k, v in mattor.named_buffers() if k.endswith('running_mean')}
        assert all(torch.equal(v, before[k]) == norm_eval for k, v in means.items())
        assert mattor.decoder.training


class TestPredict:
    def predict(self, mattor, inputs, **fields):
        sample = MattingDataSample(metainfo=fields.pop('metainfo', {}))
        sample.set_data(fields)
        return mattor.predict(inputs, [sample])[0].output.pred_alpha

    @pytest.mark.parametrize('margins', [(64, 16, 16), (32, 3, 0)])
    def test_the_network_sees_the_raw_image_framed_and_then_normalised(self, answering, margins):
        seen = []
        keys = ('size_divisor', 'reflect_margin', 'zero_margin')
        test_cfg = dict(zip(keys, margins, strict=True))
        mattor = answering(lambda x: seen.append(x) or first_channel(x), **test_cfg)
        data = raw_batch((21, 33), batch=1)
        image, trimap = data['inputs'][0].numpy(), data['data_samples'][0].trimap.numpy()
        mattor.test_step(data)

        sample = MattingDataSample()
        sample.trimap = torch.from_numpy(framed(trimap, *margins))
        padded = dict(
            inputs=[torch.from_numpy(framed(image, *margins))],
            data_samples=[sample],
        )
        expected = mattor.data_preprocessor(padded)['inputs']
        torch.testing.assert_close(seen[0], expected)

    @pytest.mark.parametrize('size', [(1, 1), (1, 70), (21, 33), (64, 64)])
    def test_alpha_lies_where_the_image_lay_and_is_clamped(self, answering, size):
        inputs = network_input(size)
        alpha = self.predict(answering(first_channel), inputs)
        assert torch.equal(alpha, inputs[0, 0].clamp(0, 1))

    def test_alpha_is_1_above_200_of_the_trimap_and_0_below_50(self, answering):
        trimap = (0, 1, 49, 50, 128, 200, 201, 254, 255)
        alpha = self.predict(answering(constant(0.5)), network_input((1, 9), trimap=trimap))
        assert alpha.tolist() == [[0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1]]

    def test_alpha_is_exact_where_the_loaded_trimap_is_0_or_255(self, answering):
        ori_trimap = trimap_channel((0, 1, 128, 254, 255), (1, 5)).to(torch.uint8)
        alpha = self.predict(answering(constant(0.5)), network_input((1, 5)), ori_trimap=ori_trimap)
        assert alpha.tolist() == [[0, 0.5, 0.5, 0.5, 1]]

    @pytest.mark.parametrize('loaded', [(40, 66), (9, 5), (20, 31)])
    def test_alpha_is_brought_back_bilinearly_to_the_loaded_size(self, answering, loaded):
        inputs = network_input((20, 30))
        ori_trimap = trimap_channel((255, 128, 0), loaded).to(torch.uint8)
        alpha = self.predict(
            answering(first_channel),
            inputs,
            ori_trimap=ori_trimap,
            metainfo=dict(ori_merged_shape=(*loaded, 3)),
        )
        clamped = inputs[:, :1].clamp(0, 1)
        resized = F.interpolate(clamped, size=loaded, mode='bilinear', align_corners=False)[0, 0]
        resized[ori_trimap[0] == 255] = 1
        resized[ori_trimap[0] == 0] = 0
        torch.testing.assert_close(alpha, resized)

    def test_8_bit_alpha_is_rounded(self, answering):
        trimap = (0, 128, 255)
        mattor = answering(constant(0.301), pred_dtype='uint8')
        alpha = self.predict(mattor, network_input((1, 3), trimap=trimap))
        assert alpha.dtype == torch.uint8
        assert alpha.tolist() == [[0, 77, 255]]  # 0.301 * 255 = 76.755

    @pytest.mark.parametrize('size', [(1, 1), (1, 130), (3, 2)])
    def test_the_smallest_images_have_an_alpha(self, mattor, size):
        alpha = self.predict(mattor, network_input(size))
        assert alpha.shape == size
        assert ((alpha >= 0) & (alpha <= 1)).all()

    def test_nothing_else_is_changed(self, mattor):
        inputs = network_input((20, 30))
        before = copy.deepcopy((inputs, mattor.state_dict(), torch.get_rng_state()))
        with torch.no_grad():
            alpha = self.predict(mattor, inputs)
            assert not torch.is_grad_enabled()
        assert torch.is_grad_enabled()
        assert not alpha.requires_grad
        assert not mattor.training
        assert all(parameter.requires_grad for parameter in mattor.parameters())
        after = (inputs, mattor.state_dict(), torch.get_rng_state())
        torch.testing.assert_close(after, before, rtol=0, atol=0)


class TestConfig:
    @pytest.mark.parametrize(
        ('test_cfg', 'message'),
        [
            (dict(zero_margins=8), r"\['zero_margins'\].*'zero_margin'"),
            (dict(pred_dtype='uint16'), r"pred_dtype must be one of \('float32', 'uint8'\)"),
            (dict(dtype='int8'), r"dtype must be one of \('float32', 'bfloat16', 'float16'\)"),
            (dict(tile=32), 'tile must be None or at least 64 pixels, not 32'),
        ],
    )
    def test_an_unknown_test_option_is_refused(self, build_mattor, test_cfg, message):
        with pytest.raises(ValueError, match=message):
            build_mattor(test_cfg=test_cfg)

    @pytest.mark.parametrize(
        'arguments',
        [
            dict(skip=dict(type='ASPPSkip')),
            dict(skip=dict(type='IdentitySkip', in_channels=(8, 8, 16, 32, 64))),
            dict(decoder=dict(fusion='flow_aligned', pyramid_bins=(1, 2, 3, 6))),
        ],
    )
    def test_variants_fit_together_and_learn(self, build_mattor, arguments):
        mattor = build_mattor(**arguments).train()
        data = mattor.data_preprocessor(raw_batch((64, 64)), training=True)
        mattor(**data, mode='loss')['loss_alpha'].backward()
        assert all(parameter.grad.isfinite().all() for parameter in mattor.parameters())

    def test_preprocessor_and_loss_are_options(self, build_mattor):
        mattor = build_mattor(
            data_preprocessor=dict(type='MattingPreprocessor', bgr_to_rgb=False),
            loss_alpha=dict(type='MultiScaleAlphaLoss', num_scales=2),
        )
        assert not mattor.data_preprocessor.bgr_to_rgb
        assert mattor.loss_alpha.num_scales == 2

    def test_the_mattor_is_registered_under_the_plugin_s_scope(self):
        assert MODELS.get('lsmatting_plugin.LSAMattor') is MODELS.get('LSAMattor')


class TestStateDict:
    @pytest.mark.parametrize('is_official', [False, True])
    def test_loads_by_our_names_and_the_released_format_s(
        self, build_mattor, to_official, is_official
    ):
        source, target = build_mattor(), build_mattor()
        given = to_official(source.state_dict()) if is_official else source.state_dict()
        names = list(given)
        target.load_state_dict(given)
        torch.testing.assert_close(target.state_dict(), source.state_dict(), rtol=0, atol=0)
        assert list(given) == names

    @pytest.mark.parametrize('wrap', [torch.nn.DataParallel, ExponentialMovingAverage])
    @pytest.mark.parametrize('load', [torch.nn.Module.load_state_dict, mmengine_load])
    def test_loads_into_a_wrapper_that_has_names_of_its_own(self, build_mattor, wrap, load):
        source, target = wrap(build_mattor()), wrap(build_mattor())
        load(target, source.state_dict(), strict=True)
        torch.testing.assert_close(target.state_dict(), source.state_dict(), rtol=0, atol=0)

    def test_a_file_brings_the_same_predictions_back(self, build_mattor, tmp_path):
        source, target = build_mattor(), build_mattor()
        torch.save(source.state_dict(), tmp_path / 'mattor.pth')
        target.load_state_dict(torch.load(tmp_path / 'mattor.pth', weights_only=True))
        inputs = network_input((20, 30))
        np.testing.assert_array_equal(target(inputs).detach(), source(inputs).detach())

    def test_a_missing_parameter_is_an_error(self, mattor):
        weights = mattor.state_dict()
        weights.pop('decoder.head.conv3.bias')
        with pytest.raises(RuntimeError, match=r'decoder\.head\.conv3\.bias'):
            mattor.load_state_dict(weights)
