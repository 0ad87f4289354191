import json

import pytest

from lsmatting_plugin.datasets import Composition1kDataset
from lsmatting_plugin.engine.launch import build_runner

# As make_toy_dataset.py writes it.
GENERATED = json.dumps(dict(generator_version=1, arguments=dict(seed=3)))


@pytest.fixture
def describe(tmp_path):
    """The description of a test set with some manifests."""

    def write(**manifests):
        for folder in ('merged', 'trimaps', 'alpha_copy'):
            (tmp_path / 'test' / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / 'test' / folder / 'a.png').touch()
        for where, content in manifests.items():
            path = tmp_path / ('test' if where == 'inside' else '') / 'manifest.json'
            path.write_text(content)
        return Composition1kDataset(str(tmp_path / 'test'), pipeline=[]).description

    return write


def test_composites_tell_their_mode(describe):
    manifest = dict(mode='cv2', checksum='0123456789')
    text = describe(inside=json.dumps(manifest), above=GENERATED)
    assert text.endswith("test: 1 images, composited in mode 'cv2', checksum 01234567")


def test_generated_sets_tell_their_seed(describe):
    assert describe(above=GENERATED).endswith('test: 1 images, generated, seed 3')


@pytest.mark.parametrize('content', [None, 'no json', '[]', '{}'])
def test_others_say_that_they_are_unknown(describe, content):
    manifests = {} if content is None else dict(inside=content, above=content)
    assert describe(**manifests).endswith('test: 1 images, without a manifest')


def test_a_test_says_what_it_scored(make_tiny_cfg, tmp_path, tiny_aim):
    cfg = make_tiny_cfg(tmp_path)
    cfg.custom_hooks = [*cfg.custom_hooks, dict(type='DescribeTestSetHook')]
    build_runner(cfg).test()
    logged = next(tmp_path.rglob('*.log')).read_text()
    scores, description = logged.index('SAD: '), logged.index(f'Tested on {tiny_aim}/test: 4 ')
    assert scores < description
