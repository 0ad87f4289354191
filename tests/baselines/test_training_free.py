import numpy as np
import pymatting
import pytest
import torch

from lsmatting_plugin.guidance.classical import PYMATTING
from lsmatting_plugin.registry import MODELS
from lsmatting_plugin.structures import MattingDataSample


@pytest.fixture
def picture():
    """A red disc on blue, soft at its edge; the trimap leaves a ring unknown."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:50, :60]
    radius = np.hypot(y - 25, x - 30)
    alpha = np.clip((14 - radius) / 4, 0, 1)[..., None]
    image = alpha * (30, 40, 220) + (1 - alpha) * (210, 60, 30) + rng.normal(0, 3, (50, 60, 3))
    trimap = np.select([radius < 8, radius > 17], [255, 0], default=128).astype(np.uint8)
    return image.clip(0, 255).astype(np.uint8), trimap


def predict(model, image, trimap, **fields):
    sample = MattingDataSample(trimap=torch.from_numpy(trimap)[None], **fields)
    inputs = torch.from_numpy(image).permute(2, 0, 1)
    (answer,) = model.test_step(dict(inputs=[inputs], data_samples=[sample]))
    return answer.output.pred_alpha


@pytest.mark.parametrize('method', PYMATTING)
def test_mattes_are_those_of_pymatting_on_the_whole_image(picture, method):
    image, trimap = picture
    alpha = predict(MODELS.build(dict(type='ClassicalMattor', method=method)), image, trimap)
    estimate = getattr(pymatting, PYMATTING[method])
    expected = np.clip(estimate(image[..., ::-1] / 255, trimap / 255), 0, 1)
    is_unknown = trimap == 128
    assert alpha.dtype == torch.float32
    np.testing.assert_allclose(alpha.numpy()[is_unknown], expected[is_unknown], atol=1e-5)
    np.testing.assert_array_equal(alpha.numpy()[~is_unknown], trimap[~is_unknown] / 255)


def test_the_trivial_matte_is_one_half_where_unknown(picture):
    image, trimap = picture
    alpha = predict(MODELS.build(dict(type='TrivialMattor')), image, trimap)
    assert alpha.unique().tolist() == [0, 0.5, 1]
    assert (alpha.numpy() == 0.5).sum() == (trimap == 128).sum()


def test_a_reduced_image_has_a_matte_of_the_size_of_its_file(picture):
    image, trimap = picture
    original = np.kron(trimap, np.ones((2, 3), np.uint8))
    fields = dict(
        ori_trimap=torch.from_numpy(original)[None],
        metainfo=dict(ori_merged_shape=(*original.shape, 3)),
    )
    alpha = predict(MODELS.build(dict(type='TrivialMattor')), image, trimap, **fields)
    assert tuple(alpha.shape) == original.shape
    assert (alpha[original == 255] == 1).all() and (alpha[original == 0] == 0).all()


def test_an_unknown_method_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"closed-form.*random-walk.*'magic'"):
        MODELS.build(dict(type='ClassicalMattor', method='magic'))


def test_training_is_refused(picture):
    with pytest.raises(ValueError, match='nothing to train'):
        MODELS.build(dict(type='TrivialMattor'))([], [], mode='loss')


def test_an_image_that_cannot_be_matted_is_named(picture):
    image, trimap = picture
    model = MODELS.build(dict(type='ClassicalMattor'))
    with pytest.raises(ValueError, match=r'in/a\.png: closed-form needs a trimap'):
        blank = np.full_like(trimap, 128)
        predict(model, image, blank, metainfo=dict(merged_path='in/a.png'))
