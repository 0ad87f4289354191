import numpy as np
import pytest


@pytest.fixture
def scene():
    """A grey square of 60 px, opaque, with a soft edge, in 100 px; its trimap."""
    alpha = np.zeros((100, 100), np.uint8)
    alpha[18:82, 18:82], alpha[20:80, 20:80] = 128, 255
    trimap = np.zeros_like(alpha)
    trimap[14:86, 14:86], trimap[24:76, 24:76] = 128, 255
    return dict(fg=np.full((100, 100, 3), 110, np.uint8), alpha=alpha, trimap=trimap)


@pytest.mark.parametrize('seed', range(12))
def test_what_is_repainted_is_unknown_and_all_else_as_it_was(apply, scene, seed):
    changed = apply('RandomUnseenPart', scene, seed, prob=1, size=(0.2, 0.4))
    is_painted = (changed['fg'] != 110).any(axis=2)
    is_object = scene['alpha'] > 0
    assert (is_painted & is_object).any()
    assert (changed['trimap'][is_painted & is_object] == 128).all()
    is_same = changed['trimap'] == scene['trimap']
    assert (changed['trimap'][~is_same] == 128).all()
    assert (changed['trimap'] == 255).any()
    np.testing.assert_array_equal(changed['alpha'], scene['alpha'])


def test_an_object_hidden_as_a_whole_stays_as_it_is(apply, scene):
    changed = apply('RandomUnseenPart', scene, prob=1, size=(1, 1), margin=(60, 60))
    for key, image in scene.items():
        np.testing.assert_array_equal(changed[key], image)


def test_without_opaque_pixels_nothing_changes(apply, scene):
    scene['alpha'] = np.minimum(scene['alpha'], 100)
    changed = apply('RandomUnseenPart', scene, prob=1)
    np.testing.assert_array_equal(changed['fg'], scene['fg'])


def test_shade_is_kept(apply, scene):
    scene['fg'][:, ::2] = 20
    changed = apply('RandomUnseenPart', scene, 3, prob=1, size=(0.4, 0.4))
    is_painted = (changed['fg'] != scene['fg']).any(axis=2)
    dark, light = changed['fg'][:, ::2], changed['fg'][:, 1::2]
    assert dark[is_painted[:, ::2]].mean() < 0.7 * light[is_painted[:, 1::2]].mean()
