import hashlib
import json

import numpy as np
import pytest

from lsmatting_plugin.datasets.preparation import manifest, origin_of

PLAN = dict(mode='adobe', num_composites=2, lists=dict(foregrounds='f', backgrounds='b'))
CHECKSUMS = dict(a='0' * 64, b='1' * 64)
GENERATED = dict(generator_version=1, arguments=dict(seed=3))


@pytest.fixture
def out(tmp_path):
    (tmp_path / 'set/test/merged').mkdir(parents=True)
    return tmp_path / 'set/test'


def content(path):
    return json.loads(path.read_text())


def origin(out, num_images=2):
    return origin_of(out / 'merged', num_images)


def test_a_manifest_is_there_only_while_the_set_is_complete(out):
    assert manifest.begin(out, PLAN) == {}
    assert not (out / 'manifest.json').exists()
    manifest.finish(out, PLAN, CHECKSUMS)
    there = content(out / 'manifest.json')
    assert {key: there[key] for key in PLAN} == PLAN
    assert there['composites'] == CHECKSUMS and list(there['made_with']) == ['pillow', 'opencv']
    lines = ''.join(f'{checksum}  {name}\n' for name, checksum in CHECKSUMS.items())
    assert there['checksum'] == hashlib.sha256(lines.encode()).hexdigest()
    assert [path.name for path in out.glob('*.json')] == ['manifest.json']

    assert manifest.begin(out, PLAN) == CHECKSUMS
    assert [path.name for path in out.glob('*.json')] == ['manifest.unfinished.json']
    assert manifest.begin(out, PLAN) == CHECKSUMS  # after a second run that was cut off


@pytest.mark.parametrize('is_finished', [False, True])
@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (dict(mode='cv2'), 'mode: adobe, not cv2'),
        (dict(lists='other'), 'lists: .*, not other'),
        (dict(num_composites=3), 'num_composites: 2, not 3'),
    ],
)
def test_another_plan_is_refused(out, is_finished, change, message):
    manifest.begin(out, PLAN)
    if is_finished:
        manifest.finish(out, PLAN, CHECKSUMS)
    before = {path: path.read_text() for path in out.glob('*.json')}
    with pytest.raises(ValueError, match=f'{message}.*or choose another --out'):
        manifest.begin(out, PLAN | change)
    assert {path: path.read_text() for path in out.glob('*.json')} == before


def test_images_of_unknown_origin_are_refused(out):
    (out / 'merged/a.png').touch()
    with pytest.raises(ValueError, match=r'no manifest\.json tells how they were composited'):
        manifest.begin(out, PLAN)


@pytest.mark.parametrize('text', ['{', '[]', '{"composites": []}', '\xff'])
def test_a_damaged_manifest_is_named(out, text):
    (out / 'manifest.json').write_bytes(text.encode('latin-1'))
    with pytest.raises(ValueError, match=r'manifest\.json is (damaged|no manifest)'):
        manifest.begin(out, PLAN)
    assert origin(out) == 'without a manifest'


def test_composites_tell_mode_and_checksum(out):
    (out.parent / 'manifest.json').write_text(json.dumps(GENERATED))
    manifest.begin(out, PLAN)
    assert origin(out) == "composited in mode 'adobe', not finished"
    manifest.finish(out, PLAN, CHECKSUMS)
    checksum = content(out / 'manifest.json')['checksum'][:8]
    assert origin(out) == f"composited in mode 'adobe', checksum {checksum}"
    assert origin(out, 1) == f"composited in mode 'adobe', checksum {checksum} of 2 images"


def test_generated_sets_tell_their_seed(out):
    (out.parent / 'manifest.json').write_text(json.dumps(GENERATED))
    assert origin(out) == 'generated, seed 3'


def test_images_in_another_folder_are_not_those_of_the_manifest(out):
    manifest.begin(out, PLAN)
    manifest.finish(out, PLAN, CHECKSUMS)
    assert origin_of(out / 'merged_half_size', 2) == 'without a manifest'


def test_checksums_are_of_pixels_row_by_row():
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    expected = hashlib.sha256(bytes(range(24))).hexdigest()
    assert manifest.pixel_checksum(image) == expected
    assert manifest.pixel_checksum(image[..., ::-1]) != expected
