"""What holds for every transform alike."""

from pathlib import Path

import numpy as np
import pytest

from lsmatting_plugin.datasets import transforms
from lsmatting_plugin.registry import TRANSFORMS

KEYS = ('fg', 'alpha')
PHOTOS = str(Path(__file__).resolve().parents[3] / 'docs/images')
# (type, arguments) of each random transform, such that it changes the sample with certainty
RANDOM = [
    ('ColorJitter', {}),
    ('GenerateTrimap', {}),
    ('RandomAlphaGamma', {'prob': 1}),
    ('RandomBlur', {'prob': 1, 'keys': KEYS, 'kernel_range': (3, 31)}),
    ('RandomChannelBlend', {'prob': 1}),
    ('RandomChannelShuffle', {'prob': 1}),
    ('RandomFlip', {'prob': 0.5, 'keys': KEYS}),
    ('RandomInvert', {'prob': 0.5}),
    ('RandomJpeg', {'prob': 1}),
    ('RandomNoise', {'prob': 1}),
    ('RandomOpacity', {'prob': 1}),
    ('RandomPhotoTexture', {'prob': 1, 'photos': PHOTOS}),
    ('RandomRescale', {'prob': 1, 'key': 'fg'}),
    ('RandomTranspose', {'prob': 0.5, 'keys': KEYS}),
    ('RandomUnknownStrokes', {'prob': 1, 'width': (3, 6)}),
    ('RandomUnseenPart', {'prob': 1, 'margin': (1, 2)}),
]
ARGUMENTS = {
    **dict(RANDOM),
    'Composite': {},
    'DrawGuide': {'guide': 'push-pull'},
    'LimitSize': {},
    'LoadImage': {'key': 'fg'},
    'LoadScene': {},
    'PackMattingInputs': {},
    'PadToMinSize': {},
    'PadToMultiple': {'keys': KEYS},
    'ReestimateForeground': {'cache_dir': None},
    'Quantise': {},
    'RandomRotatedCrop': {'size': 64},
    'RandomUnknownCrop': {'keys': KEYS, 'size': 64},
    'RequireSameSize': {'keys': KEYS},
    'Resize': {'keys': KEYS, 'size': 640},
    'ResizeLike': {},
    'SnapTrimap': {'strict': True},
}


@pytest.fixture
def sample(complete):
    return complete(48, 64)


@pytest.fixture
def complete(make_sample):
    """Factory of samples that have what any of the transforms asks for."""

    def make(height, width):
        sample = make_sample(height, width)
        alpha = sample['alpha']
        sample['trimap'] = np.where((alpha > 0) & (alpha < 255), np.uint8(128), alpha)
        sample['merged'] = sample['bg']
        return sample

    return make


def arrays(results):
    return {key: value for key, value in results.items() if isinstance(value, np.ndarray)}


def equal(results, others):
    return all(np.array_equal(results[key], others[key]) for key in arrays(results))


def test_every_exported_transform_is_covered():
    assert set(ARGUMENTS) == set(transforms.__all__) - {'generator'}


@pytest.mark.parametrize('type_name', ARGUMENTS)
def test_type_name_builds_this_plugins_class_and_prints_its_arguments(type_name):
    transform = TRANSFORMS.build(dict(type=type_name, **ARGUMENTS[type_name]))

    assert type(transform) is getattr(transforms, type_name)
    assert repr(transform).startswith(f'{type_name}(')
    for name in ARGUMENTS[type_name]:
        assert f'{name}=' in repr(transform)


def test_what_a_transform_keeps_for_itself_is_not_printed():
    transform = TRANSFORMS.build(dict(type='RandomPhotoTexture', photos=PHOTOS))

    assert transform._paths
    assert '_paths' not in repr(transform)


@pytest.mark.parametrize(
    ('type_name', 'name'),
    [
        ('RandomPhotoTexture', 'shade_prob'),
        ('RandomPhotoTexture', 'patch_prob'),
        ('RandomRotatedCrop', 'rotate_prob'),
        ('RandomRotatedCrop', 'flip_prob'),
    ],
)
@pytest.mark.parametrize('value', [-0.1, 1.5, float('nan')])
def test_a_probability_outside_0_to_1_is_refused_by_its_name(type_name, name, value):
    with pytest.raises(ValueError, match=rf'^{name} must be within 0\.\.1, got {value}$'):
        TRANSFORMS.build(dict(type=type_name, **{**ARGUMENTS[type_name], name: value}))


@pytest.mark.parametrize(('type_name', 'arguments'), RANDOM)
def test_the_seed_alone_decides(apply, sample, type_name, arguments):
    first = apply(type_name, sample, seed=1, **arguments)

    assert equal(first, apply(type_name, sample, seed=1, **arguments))
    others = [apply(type_name, sample, seed=seed, **arguments) for seed in range(2, 12)]
    assert not all(equal(first, other) for other in others)


@pytest.mark.parametrize(
    ('type_name', 'arguments'), [row for row in RANDOM if row[0].startswith('Random')]
)
def test_prob_0_changes_nothing_and_prob_outside_0_to_1_is_refused(
    apply, sample, type_name, arguments
):
    results = apply(type_name, sample, **{**arguments, 'prob': 0})

    assert all(results[key] is sample[key] for key in sample)
    for prob in (-0.1, 1.1):
        with pytest.raises(ValueError, match='prob'):
            TRANSFORMS.build(dict(type=type_name, **{**arguments, 'prob': prob}))


@pytest.mark.parametrize(
    ('type_name', 'arguments'), [row for row in RANDOM if row[0].startswith('Random')]
)
def test_prob_is_the_share_of_changed_samples(apply, complete, type_name, arguments):
    # The permutation may be the old order, in 1 of 6 cases.
    expected = 0.3 * (5 / 6 if type_name == 'RandomChannelShuffle' else 1)
    sample = complete(16, 16)
    sample['alpha'] = np.full((16, 16), 128, np.uint8)
    sample['alpha'][:, 8:] = 40
    arguments = {**arguments, 'prob': 0.3}

    changed = [
        not equal(sample, apply(type_name, sample, seed=seed, **arguments)) for seed in range(400)
    ]

    # 400 tosses: standard deviation 0.023
    assert np.mean(changed) == pytest.approx(expected, abs=0.08)


@pytest.mark.parametrize(('type_name', 'arguments'), RANDOM)
def test_shape_and_dtype(apply, sample, type_name, arguments):
    results = apply(type_name, sample, **arguments)

    for key, array in arrays(results).items():
        is_noisy = type_name == 'RandomNoise' and key == 'merged'  # rounded by Quantise, once
        assert array.dtype == (np.float32 if is_noisy else np.uint8)
        assert array.ndim == (2 if key in ('alpha', 'trimap') else 3)
        assert array.shape[:2] == (48, 64)


@pytest.mark.parametrize(
    'type_name', ['PadToMinSize', 'RandomBlur', 'RandomFlip', 'RequireSameSize', 'Resize']
)
def test_no_keys_are_refused(type_name):
    with pytest.raises(ValueError, match='keys'):
        TRANSFORMS.build(dict(type=type_name, keys=()))
