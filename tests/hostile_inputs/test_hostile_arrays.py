"""Arrays of any kind to what other programs call: a matte of the image's size, or one line."""

import numpy as np
import pytest
import torch
from hostile_files import PHOTO, TRIMAP
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.config import Config
from PIL import Image

from lsmatting_plugin.apis import AlphaEstimator, MattingInferencer
from lsmatting_plugin.apis.onnx_inferencer import _take


@pytest.fixture(scope='module')
def inferencer(make_tiny_model_cfg):
    torch.manual_seed(0)
    return MattingInferencer(Config(dict(model=make_tiny_model_cfg())), device='cpu')


@pytest.fixture(scope='module')
def network(inferencer, make_tiny_model_cfg, tmp_path_factory):
    folder = tmp_path_factory.mktemp('network')
    (folder / 'tiny.py').write_text(f'model = {make_tiny_model_cfg()!r}')
    torch.save(inferencer.model.state_dict(), folder / 'tiny.pth')
    return AlphaEstimator('network', folder / 'tiny.py', folder / 'tiny.pth', 'cpu')


@pytest.fixture(params=['closed-form', 'network'])
def estimate(request):
    """An alpha estimator of each kind."""
    if request.param == 'network':
        return request.getfixturevalue('network')
    return AlphaEstimator('closed-form')


VIEWS = {
    'turned': lambda x: x[::-1, ::-1],
    'transposed': lambda x: x.swapaxes(0, 1),
    'column by column': np.asfortranarray,
    'every second': lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    'read-only': lambda x: np.broadcast_to(x[:1], x.shape),
}


@pytest.mark.parametrize('view', VIEWS)
def test_arrays_in_any_order_of_memory_are_the_same_image(estimate, inferencer, view):
    photo, trimap = VIEWS[view](PHOTO), VIEWS[view](TRIMAP)
    plain = np.ascontiguousarray(photo), np.ascontiguousarray(trimap)
    np.testing.assert_array_equal(estimate(photo, trimap), estimate(*plain))
    np.testing.assert_array_equal(
        inferencer(photo, trimap)['pred_alpha'], inferencer(*plain)['pred_alpha']
    )


REFUSED = {
    'floats': (PHOTO / 255, TRIMAP),
    'nan': (np.full(PHOTO.shape, np.nan, np.float32), TRIMAP),
    '16 bits': (PHOTO.astype(np.uint16), TRIMAP),
    'transparency': (np.dstack([PHOTO, TRIMAP]), TRIMAP),
    'grey': (PHOTO[..., 0], TRIMAP),
    'one channel': (PHOTO[..., :1], TRIMAP),
    'empty': (PHOTO[:0], TRIMAP[:0]),
    'no image': (None, TRIMAP),
    'an image of Pillow': (Image.fromarray(PHOTO), TRIMAP),
    'a tensor': (torch.from_numpy(PHOTO), TRIMAP),
    'a number': (3, TRIMAP),
    'bytes': (b'photo.png', TRIMAP),
    'a true or false trimap': (PHOTO, TRIMAP > 0),
    'a trimap of floats': (PHOTO, TRIMAP / 255),
    'a trimap of integers': (PHOTO, TRIMAP.astype(int)),
    'a trimap of channels': (PHOTO, TRIMAP[..., None]),
    'no trimap': (PHOTO, None),
}


def take_for_onnx(photo, trimap):
    _take('merged', photo)
    _take('trimap', trimap)


@pytest.mark.parametrize('kind', REFUSED)
def test_what_is_no_image_is_refused_with_what_would_be(estimate, inferencer, kind):
    for take in (estimate, inferencer, take_for_onnx):
        with pytest.raises(ValueError, match=r'^(merged|trimap) must be .*\(H, W') as raised:
            take(*REFUSED[kind])
        assert '\n' not in str(raised.value)


@pytest.mark.parametrize('trimap', [TRIMAP[:-1], TRIMAP[:1], TRIMAP[:1, :1], TRIMAP.T])
def test_a_trimap_of_another_size_is_never_stretched(estimate, inferencer, trimap):
    for take in (estimate, inferencer):
        with pytest.raises(ValueError, match='same size'):
            take(PHOTO, trimap)


def test_values_near_the_ends_are_known_to_every_method(estimate):
    soft = np.where(TRIMAP == 0, 3, np.where(TRIMAP == 255, 252, TRIMAP)).astype(np.uint8)
    np.testing.assert_array_equal(estimate(PHOTO, soft), estimate(PHOTO, TRIMAP))


@pytest.mark.parametrize('value', [0, 255])
def test_where_all_is_known_the_matte_is_the_trimap(estimate, value):
    alpha = estimate(PHOTO, np.full_like(TRIMAP, value))
    assert alpha.shape == TRIMAP.shape and (alpha == value // 255).all()


def test_where_nothing_is_known_a_network_answers_and_a_classic_says_what_it_needs(network):
    unknown = np.full_like(TRIMAP, 128)
    assert network(PHOTO, unknown).shape == TRIMAP.shape
    with pytest.raises(ValueError, match=r'needs a trimap in which some .* is known'):
        AlphaEstimator('closed-form')(PHOTO, unknown)


SIDES = st.integers(1, 40)


@settings(max_examples=15)
@given(st.tuples(SIDES, SIDES), st.integers(0, 2**32 - 1))
def test_a_matte_has_its_image_s_size(network, size, seed):
    rng = np.random.default_rng(seed)
    trimap = rng.choice(np.array([0, 128, 255], np.uint8), size)
    photo = rng.integers(0, 256, (*size, 3), np.uint8)
    for estimate in (network, AlphaEstimator('closed-form')):
        if (trimap == 128).all() and estimate is not network:
            continue
        alpha = estimate(photo, trimap)
        assert alpha.shape == size and alpha.dtype == np.float32
        assert (alpha[trimap == 0] == 0).all() and (alpha[trimap == 255] == 1).all()
        assert (alpha >= 0).all() and (alpha <= 1).all()


def test_a_strip_keeps_its_size(estimate):
    size = (1, 8191)
    trimap = np.zeros(size, np.uint8)
    trimap.flat[-4000:], trimap.flat[-4300:-4000] = 255, 128  # more takes closed-form matting long
    photo = np.dstack([np.arange(trimap.size, dtype=np.uint8).reshape(size)] * 3)
    alpha = estimate(photo, trimap)
    assert alpha.shape == size and np.isfinite(alpha).all()


def test_mattes_of_a_list_never_share_a_file(inferencer, tmp_path):
    with pytest.raises(ValueError, match=r'2 mattes would be written to one file, matte\.png'):
        inferencer([PHOTO] * 2, [TRIMAP] * 2, result_out_dir=tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_lists_come_in_pairs(inferencer):
    with pytest.raises(ValueError, match='a list of images needs a list of trimaps'):
        inferencer([PHOTO], TRIMAP)
    with pytest.raises(ValueError, match='batch_size must be at least 1'):
        inferencer([PHOTO], [TRIMAP], batch_size=0)
