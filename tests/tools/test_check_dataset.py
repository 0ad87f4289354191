"""Trees of all kinds, whole and damaged, as their owner would check them."""

import json
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest
from command_line import ROOT
from delivery import write_delivery

TRAIN, TEST = 'train', 'test'


@pytest.fixture
def root(tiny_aim, tmp_path):
    """A copy of the generated set, to be damaged."""
    return shutil.copytree(tiny_aim, tmp_path / 'set')


def check(root, *options):
    command = [sys.executable, 'tools/dataset_converters/check_dataset.py', root, '--workers', 0]
    command = [str(part) for part in (*command, *options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert 'Traceback' not in done.stderr
    return done.returncode, done.stdout


def first(folder):
    return sorted(folder.iterdir())[0]


def change(path, function):
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    cv2.imwrite(str(path), function(image))


def test_a_whole_set_is_all_right(root):
    status, printed = check(root)
    assert status == 0 and printed.rstrip().endswith('All right.')
    for folder in ('train/fg', 'train/alpha', 'train/coco_bg', 'test/trimaps'):
        assert folder in printed
    assert 'of an image)' in printed


@pytest.mark.parametrize('part', [TRAIN, TEST])
def test_a_part_alone_is_checked_too(root, part):
    assert check(root / part)[0] == 0


def test_workers_change_nothing(root):
    first(root / 'test/merged').unlink()
    assert check(root) == check(root, '--workers', 2)


def test_what_prepare_aim_makes_is_all_right_up_to_its_noise(tmp_path):
    root = write_delivery(tmp_path)
    prepare = ['tools/dataset_converters/prepare_aim.py', root / 'adobe', '--out', root / 'aim']
    prepare += ['--coco', root / 'coco', '--voc', root / 'voc']
    command = [sys.executable, *map(str, prepare)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    assert check(root / 'aim')[0] == 0
    path = root / 'aim/test/merged/elf_1.png'
    change(path, lambda image: image // 2)
    status, printed = check(root / 'aim')
    assert status == 1 and '1 composites differ from' in printed and 'elf_1' in printed


def invert(image):
    return 255 - image


DAMAGES = {
    'a missing partner': (
        lambda root: first(root / 'train/alpha').unlink(),
        'has no partner in',
    ),
    'a truncated file': (
        lambda root: first(root / 'train/fg').write_bytes(
            first(root / 'train/fg').read_bytes()[:900]
        ),
        'is no readable image',
    ),
    'an empty file': (
        lambda root: first(root / 'train/coco_bg').write_bytes(b''),
        'is no readable image',
    ),
    'another size': (
        lambda root: change(first(root / 'train/alpha'), lambda image: image[:-1]),
        'has (height, width)',
    ),
    'an alpha in 0..1': (
        lambda root: change(first(root / 'test/alpha_copy'), lambda image: image // 255),
        'has no value above 1; expected is 0..255',
    ),
    'an alpha of 16 bits': (
        lambda root: change(
            first(root / 'train/alpha'), lambda image: image.astype(np.uint16) * 257
        ),
        'has uint16 values instead of 8 bits',
    ),
    'a trimap of another image': (
        lambda root: change(first(root / 'test/trimaps'), invert),
        'known where alpha differs',
    ),
    'a folder that is not there': (
        lambda root: shutil.rmtree(root / 'test/trimaps'),
        'No folder',
    ),
    'an image that is trained on': (
        lambda root: shutil.copy(first(root / 'test/alpha_copy'), first(root / 'train/alpha')),
        'is also trained on',
    ),
    're-estimated foregrounds that are not complete': (
        lambda root: (
            shutil.copytree(root / 'train/fg', root / 'train/kappa_fg')
            and first(root / 'train/kappa_fg').unlink()
        ),
        'kappa_fg lacks 1 of the images',
    ),
}
WARNINGS = {
    'a foreground twice': (
        lambda root: [
            shutil.copy(first(root / 'train' / folder), root / 'train' / folder / 'again.png')
            for folder in ('fg', 'alpha')
        ],
        'has the pixels of',
    ),
    'a soft trimap': (
        lambda root: change(
            first(root / 'test/trimaps'), lambda image: np.where(image == 128, 120, image)
        ),
        'other than 0, 128 and 255',
    ),
    'a trimap without unknown pixels': (
        lambda root: change(
            first(root / 'test/trimaps'), lambda image: np.where(image == 255, 255, 0)
        ),
        'is known everywhere',
    ),
    'a coloured alpha': (
        lambda root: change(
            first(root / 'train/alpha'),
            lambda image: np.dstack([image, image, np.where(image == 255, 250, image)]),
        ),
        'has channels that differ',
    ),
}


@pytest.mark.parametrize('damage', DAMAGES)
def test_a_damage_is_an_error(root, damage):
    harm, message = DAMAGES[damage]
    harm(root)
    status, printed = check(root)
    assert status == 1
    assert message in printed.split('errors:')[1]


@pytest.mark.parametrize('oddity', WARNINGS)
def test_an_oddity_is_a_warning(root, oddity):
    harm, message = WARNINGS[oddity]
    harm(root)
    _, printed = check(root)
    assert message in printed.split('warnings:')[1]


def test_a_damaged_manifest_is_an_error(root):
    (root / 'test/manifest.json').write_text('{')
    assert 'manifest.json is damaged' in check(root)[1]
    names = {path.stem: 'other' for path in (root / 'test/merged').iterdir()}
    (root / 'test/manifest.json').write_text(json.dumps(dict(composites=names | dict(x='y'))))
    printed = check(root)[1]
    assert '4 composites differ from' in printed and '1 composites are missing of' in printed


def test_long_lists_of_problems_are_cut(root):
    for path in (root / 'train/coco_bg').iterdir():
        for number in range(8):
            shutil.copy(path, path.with_name(f'{path.stem}_{number}.jpg'))
            path.with_name(f'{path.stem}_{number}.jpg').write_bytes(b'')
    assert 'and 18 more, see --all' in check(root)[1]
    assert check(root, '--all')[1].count('is no readable image') == 48


def test_another_folder_is_refused(tmp_path):
    command = [sys.executable, 'tools/dataset_converters/check_dataset.py', str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert 'holds neither train/ nor test/' in done.stderr
