"""A seed stands for the same pictures as long as the generator has the same version."""

import json

import numpy as np
import pytest
from generated_pictures import KNOWN, means_of, names

from lsmatting_plugin.datasets.procedural.writer import GENERATOR_VERSION

KNOWN_MEANS = json.loads(KNOWN.read_text())
TOLERANCE = 2  # grey levels; processors and versions of numpy and OpenCV round otherwise


def test_the_known_pictures_are_of_this_version():
    assert KNOWN_MEANS['generator_version'] == GENERATOR_VERSION
    assert set(KNOWN_MEANS) == {'generator_version', *names()}


@pytest.mark.parametrize('name', names())
def test_a_seed_gives_the_picture_that_it_gave(name):
    means = means_of(name).ravel()
    np.testing.assert_allclose(
        means,
        KNOWN_MEANS[name],
        atol=TOLERANCE,
        err_msg='if that is meant, raise GENERATOR_VERSION and write generated_pictures.json anew',
    )
