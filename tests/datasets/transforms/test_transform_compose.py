import numpy as np


def test_formula_without_rounding(apply, sample):
    results = apply('Composite', sample)

    a = sample['alpha'][..., None] / 255
    expected = a * sample['fg'] + (1 - a) * sample['bg']
    assert results['merged'].dtype == np.float32
    np.testing.assert_allclose(results['merged'], expected, atol=1e-4)
    assert 0 <= results['merged'].min() <= results['merged'].max() <= 255


def test_transparent_is_bg_and_opaque_is_fg(apply, sample):
    merged = apply('Composite', sample)['merged']

    for level, key in ((0, 'bg'), (255, 'fg')):
        is_level = sample['alpha'] == level
        assert is_level.any()
        np.testing.assert_array_equal(merged[is_level], sample[key][is_level])
