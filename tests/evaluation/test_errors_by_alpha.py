import json

import numpy as np
import pytest

from lsmatting_plugin.evaluation import errors_by_alpha
from lsmatting_plugin.evaluation.functional import ALPHA_CLASSES, ERRORS, PROTOCOLS


@pytest.fixture
def mattes():
    rng = np.random.default_rng(0)
    gt = rng.choice([0, 90, 200, 255], (20, 30)).astype(np.uint8)
    pred = np.clip(gt + rng.integers(-60, 61, gt.shape), 0, 255).astype(np.uint8)
    return pred, gt, rng.choice([0, 128, 255], gt.shape).astype(np.uint8)


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_the_kinds_of_pixels_add_up_to_the_image(mattes, protocol):
    table = errors_by_alpha(*mattes, protocol)
    assert tuple(table) == ALPHA_CLASSES
    for key in ('SAD', 'GradientError', 'ConnectivityError'):
        total = sum(values[key] for values in table.values())
        assert total == pytest.approx(ERRORS[key](*mattes, protocol))
    num_unknown = np.count_nonzero(mattes[2] == 128)
    assert sum(values['pixels'] for values in table.values()) == num_unknown
    weighted = sum(values['MattingMSE'] * values['pixels'] for values in table.values())
    expected = ERRORS['MattingMSE'](*mattes, protocol)
    assert weighted / num_unknown == pytest.approx(expected)


def test_the_table_can_be_written_as_json(mattes):
    table = errors_by_alpha(*mattes)
    assert json.loads(json.dumps(table)) == table


def test_each_error_is_with_the_pixels_that_make_it():
    gt = np.array([[0, 0, 102, 255]], np.uint8)
    pred = np.array([[51, 0, 0, 204]], np.uint8)
    trimap = np.array([[128, 0, 128, 128]], np.uint8)
    table = errors_by_alpha(pred, gt, trimap)
    assert {kind: table[kind]['SAD'] * 1000 for kind in table} == pytest.approx(
        dict(bg=0.2, soft=0.4, fg=0.2)
    )
    assert {kind: table[kind]['MattingMSE'] for kind in table} == pytest.approx(
        dict(bg=0.04, soft=0.16, fg=0.04)
    )


@pytest.mark.parametrize('protocol', PROTOCOLS)
def test_a_kind_without_pixels_scores_0(protocol):
    gt = np.zeros((3, 4), np.uint8)
    table = errors_by_alpha(gt + 99, gt, np.full_like(gt, 128), protocol)
    assert table['bg']['pixels'] == 12
    assert table['fg'] == dict(pixels=0, **dict.fromkeys(ERRORS, 0.0))
