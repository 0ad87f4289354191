"""Mattes are numbers in 0..1 of the right size, or an error says why not."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.structures import BaseDataElement

from lsmatting_plugin.models import BackpropRefiner
from lsmatting_plugin.structures import MattingDataSample

SIDES = st.integers(1, 70)


def as_loaded(height, width, seed):
    """An image and its trimap as a test pipeline delivers them."""
    generator = torch.Generator().manual_seed(seed)
    values = torch.tensor([0, 128, 255], dtype=torch.uint8)
    trimap = values[torch.randint(3, (1, height, width), generator=generator)]
    image = torch.randint(256, (3, height, width), dtype=torch.uint8, generator=generator)
    sample = MattingDataSample(trimap=trimap, ori_trimap=trimap)
    return dict(inputs=[image], data_samples=[sample])


@pytest.fixture(scope='module')
def mattors(build_mattor):
    """As the paper's, by tiles, refined, with views at other scales."""
    return [
        build_mattor(),
        build_mattor(test_cfg=dict(tile=64)),
        build_mattor(refiner=dict(type='BackpropRefiner', steps=2)),
        build_mattor(tta=dict(type='MattingTTA', flips=False, scales=(0.3, 1.25))),
        build_mattor(decoder=dict(fusion='flow_aligned', pyramid_bins=(1, 2))),
    ]


@settings(max_examples=15)
@given(SIDES, SIDES, st.integers(0, 4), st.integers(0, 99))
def test_images_of_1_to_70_pixels_a_side_have_a_matte_of_their_size(
    mattors, height, width, which, seed
):
    data = as_loaded(height, width, seed)
    trimap = data['data_samples'][0].trimap[0].clone()
    (sample,) = mattors[which].test_step(data)
    alpha = sample.output.pred_alpha
    assert alpha.shape == (height, width)
    assert ((alpha >= 0) & (alpha <= 1)).all()
    assert (alpha[trimap == 255] == 1).all()
    assert (alpha[trimap == 0] == 0).all()


class TestRefinement:
    @settings(max_examples=6)
    @given(lr=st.floats(-2, 38).map(lambda exponent: 10.0**exponent))
    def test_stays_in_0_to_1_with_any_step(self, mattors, lr):
        torch.manual_seed(0)
        (sample,) = predicted(mattors[0], noise(), BackpropRefiner(4, lr=lr))
        alpha = sample.output.pred_alpha
        assert ((alpha >= 0) & (alpha <= 1)).all()

    def test_that_diverges_leaves_the_unrefined_matte_and_says_so(self, mattors, log_lines):
        inputs = noise()
        (refined,) = predicted(mattors[0], inputs, BackpropRefiner(4, lr=1e12))
        (plain,) = predicted(mattors[0], inputs, None)
        assert torch.equal(refined.output.pred_alpha, plain.output.pred_alpha)
        (line,) = log_lines
        assert 'lr=1e+12 diverged' in line
        assert 'lower lr' in line

    def test_that_does_not_diverge_says_nothing(self, mattors, log_lines):
        predicted(mattors[0], noise(), BackpropRefiner(4))
        assert log_lines == []

    @pytest.mark.parametrize('lr', [0, -1, math.nan, math.inf])
    def test_wants_a_step_that_is_a_positive_number(self, lr):
        with pytest.raises(ValueError, match=f'lr must be a positive number, got {lr}'):
            BackpropRefiner(4, lr=lr)


def noise():
    inputs = torch.randn(1, 4, 60, 70)
    inputs[:, 3] = 128 / 255
    inputs[:, 3, :20] = 1
    inputs[:, 3, 40:] = 0
    return inputs


def predicted(mattor, inputs, refiner, *meta):
    mattor.refiner = refiner
    try:
        return mattor.predict(inputs, *meta)
    finally:
        mattor.refiner = None


class TestNotANumber:
    def sample(self):
        return [MattingDataSample(metainfo=dict(merged_path='photos/7.jpg'))]

    @pytest.mark.parametrize('pred_dtype', ['float32', 'uint8'])
    @pytest.mark.parametrize('options', [{}, dict(tta=dict(type='MattingTTA'))])
    def test_a_weight_that_is_none_is_an_error_that_names_the_image(
        self, build_mattor, options, pred_dtype
    ):
        mattor = build_mattor(test_cfg=dict(pred_dtype=pred_dtype), **options)
        torch.nn.init.constant_(mattor.decoder.head.conv3.bias, math.nan)
        message = r"^photos/7\.jpg: the matte is not a number in 1400 of 4200 .* dtype='float32'"
        with pytest.raises(ValueError, match=message):
            mattor.predict(noise(), self.sample())

    def test_an_encoder_that_overflows_in_half_precision_is_too(self, build_mattor):
        mattor = build_mattor()
        torch.nn.init.constant_(mattor.encoder.layer1[0].bn1.weight, 1e5)
        mattor.predict(noise(), self.sample())
        mattor.test_cfg['dtype'] = 'float16'
        with pytest.raises(ValueError, match=r"dtype='float16' of test_cfg; .* float32"):
            mattor.predict(noise(), self.sample())

    def test_refinement_hides_it_not(self, build_mattor):
        mattor = build_mattor(refiner=dict(type='BackpropRefiner', steps=2))
        torch.nn.init.constant_(mattor.decoder.head.conv3.bias, math.nan)
        with pytest.raises(ValueError, match='not a number'):
            mattor.predict(noise(), self.sample())

    def test_where_all_is_known_nothing_is_wrong(self, build_mattor):
        mattor = build_mattor()
        torch.nn.init.constant_(mattor.decoder.head.conv3.bias, math.nan)
        inputs = noise()
        inputs[:, 3] = 1
        (sample,) = mattor.predict(inputs, self.sample())
        assert isinstance(sample.output, BaseDataElement)
        np.testing.assert_array_equal(sample.output.pred_alpha, 1)
