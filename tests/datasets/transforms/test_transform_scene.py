"""Transforms that generated scenes go through and photographs do not."""

import cv2
import numpy as np
import pytest

from lsmatting_plugin.datasets.transforms.blob import random_blob


@pytest.fixture
def photos(tmp_path):
    """A red and a blue photograph."""
    for name, colour in (('red', (0, 0, 250)), ('blue', (250, 0, 0))):
        cv2.imwrite(str(tmp_path / f'{name}.png'), np.full((40, 60, 3), colour, np.uint8))
    return str(tmp_path)


def test_blobs_cover_a_third_to_two_thirds():
    shares = [random_blob((80, 120), np.random.default_rng(i)).mean() for i in range(200)]
    assert min(shares) > 0.28
    assert max(shares) < 0.72
    assert np.ptp(shares) > 0.25


def test_opacity_scales_alpha_in_patches_and_leaves_the_rest(apply, sample):
    alpha = sample['alpha']
    changed = apply('RandomOpacity', sample, prob=1, opacity=(0.5, 0.5))['alpha']
    assert changed.dtype == np.uint8
    assert (changed <= alpha).all()
    opaque = changed[alpha == 255]
    assert opaque.min() == 128  # rint(255 / 2)
    assert opaque.max() == 255
    assert (changed[alpha == 0] == 0).all()


def test_photographs_take_the_place_of_the_foregrounds_colours(apply, sample, photos):
    arguments = dict(photos=photos, prob=1, shade_prob=0)
    plain = [
        apply('RandomPhotoTexture', sample, seed, patch_prob=0, **arguments)['fg']
        for seed in range(12)
    ]
    assert {tuple(fg.reshape(-1, 3).mean(axis=0)) for fg in plain} == {(0, 0, 250), (250, 0, 0)}
    patched = [
        apply('RandomPhotoTexture', sample, seed, patch_prob=1, **arguments)['fg']
        for seed in range(12)
    ]
    assert any(fg[..., 0].max() == 250 and fg[..., 2].max() == 250 for fg in patched)
    assert all(fg.shape == sample['fg'].shape and fg.dtype == np.uint8 for fg in patched)


def test_a_texture_may_keep_light_and_shade(apply, photos):
    fg = np.full((30, 30, 3), 110, np.uint8)
    fg[:15] = 0
    shaded = apply(
        'RandomPhotoTexture', {'fg': fg}, photos=photos, prob=1, shade_prob=1, patch_prob=0
    )['fg']
    assert shaded[:15].max() == 100  # 0.4 of the texture
    assert shaded[15:].max() == 250


@pytest.mark.parametrize('cut', [0, 40, 90])
def test_a_photograph_that_cannot_be_read_is_named_and_nothing_else_is_said(
    apply, sample, tmp_path, capfd, cut
):
    path = tmp_path / 'ü.png'
    cv2.imencode('.png', sample['fg'])[1].tofile(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match=f'photos: {path}: .*, or remove it'):
        apply('RandomPhotoTexture', sample, photos=str(tmp_path), prob=1)
    assert capfd.readouterr() == ('', '')


def test_strokes_only_make_known_pixels_unknown(apply):
    trimap = np.zeros((60, 60), np.uint8)
    trimap[:, 30:], trimap[:, 27:33] = 255, 128
    painted = [
        apply('RandomUnknownStrokes', {'trimap': trimap}, seed, prob=1)['trimap']
        for seed in range(20)
    ]
    for result in painted:
        assert (result == 128)[trimap == 128].all()
        is_same = result == trimap
        assert (result[~is_same] == 128).all()
        assert not is_same.all()


def test_strokes_leave_a_trimap_without_unknown_pixels(apply):
    trimap = np.zeros((20, 20), np.uint8)
    assert not apply('RandomUnknownStrokes', {'trimap': trimap}, prob=1)['trimap'].any()


def test_noise_has_the_deviation_that_was_drawn(apply):
    grey = np.full((200, 200, 3), 128, np.float32)
    noisy = apply('RandomNoise', {'merged': grey}, prob=1, sigma=(4, 4))['merged']
    assert noisy.dtype == np.float32
    assert np.std(noisy) == pytest.approx(4, rel=0.03)
    # Half of the variance is common to the channels.
    channels = noisy.reshape(-1, 3).T
    assert np.corrcoef(channels)[0, 1] == pytest.approx(0.5, abs=0.03)


def test_jpeg_and_quantise_give_8_bits(apply, sample):
    merged = sample['fg'].astype(np.float32) * 0.9
    rounded = apply('Quantise', {'merged': merged})['merged']
    assert rounded.dtype == np.uint8
    assert np.abs(rounded - merged).max() <= 0.5
    smooth = cv2.GaussianBlur(merged, (0, 0), 4)
    best, worst = (
        np.abs(
            apply('RandomJpeg', {'merged': smooth}, prob=1, quality=(q, q))['merged'] - smooth
        ).mean()
        for q in (100, 5)
    )
    assert best < 1 < worst


@pytest.mark.parametrize(
    'name, arguments',
    [
        ('RandomOpacity', dict(opacity=(0.5, 2))),
        ('RandomUnknownStrokes', dict(width=(9, 3))),
        ('RandomNoise', dict(sigma=(-1, 3))),
        ('RandomJpeg', dict(quality=(0, 90))),
        ('DrawGuide', dict(guide='magic')),
    ],
)
def test_arguments_out_of_range_are_errors(apply, name, arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        apply(name, {}, **arguments)


def test_the_guide_is_drawn_of_merged_and_trimap(apply, sample):
    trimap = np.where(sample['alpha'] == 255, 255, np.where(sample['alpha'] == 0, 0, 128)).astype(
        np.uint8
    )
    guide = apply('DrawGuide', {'merged': sample['fg'], 'trimap': trimap})['guide']
    assert guide.shape == (*trimap.shape, 3)
    assert guide.dtype == np.uint8
    is_known = trimap != 128
    np.testing.assert_array_equal(guide[..., 0][is_known], trimap[is_known])
