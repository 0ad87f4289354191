"""Trees of all kinds, whole and damaged, as their owner would check them."""

import contextlib
import io
import json
import runpy
import shutil
import sys

import cv2
import numpy as np
import pytest
from command_line import ROOT, refused, run
from delivery import write_delivery

TRAIN, TEST = 'train', 'test'
TOOL = ROOT / 'tools/dataset_converters/check_dataset.py'


@pytest.fixture
def root(tiny_aim, tmp_path):
    """A copy of the generated set, to be damaged."""
    return shutil.copytree(tiny_aim, tmp_path / 'set')


def check(root, *options):
    """Exit status and output of the tool, run in this process."""
    printed, status = io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(sys, 'argv', [str(x) for x in (TOOL, root, '--workers', 0, *options)])
        try:
            runpy.run_path(str(TOOL), run_name='__main__')
        except SystemExit as error:
            status = error.code
    return status, printed.getvalue()


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


@pytest.mark.parametrize('part', [TRAIN, TEST])
def test_a_part_alone_is_checked_too(root, part):
    assert check(root / part)[0] == 0


def test_workers_change_nothing(root):
    first(root / 'test/merged').unlink()
    assert check(root) == check(root, '--workers', 2)


def test_a_negative_number_of_workers_is_refused_in_one_line(root):
    refusal = 'The number of workers must not be negative, but is -1'
    assert check(root, '--workers', -1) == (refusal, '')


def test_what_prepare_aim_makes_is_all_right_up_to_its_noise(tmp_path):
    root = write_delivery(tmp_path)
    prepare = ['tools/dataset_converters/prepare_aim.py', root / 'adobe', '--out', root / 'aim']
    prepare += ['--coco', root / 'coco', '--voc', root / 'voc']
    run(*prepare, '--workers', 0)
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
        'lacks 1 of the images that',
    ),
    'a truncated file': (
        lambda root: first(root / 'train/fg').write_bytes(
            first(root / 'train/fg').read_bytes()[:900]
        ),
        'is cut short',
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
        'has more than 8 bits a channel',
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
    'an alpha of nothing': (
        lambda root: change(first(root / 'train/alpha'), lambda image: image * 0),
        'has no value above 0; expected is 0..255',
    ),
    'an alpha of everything': (
        lambda root: change(first(root / 'train/alpha'), lambda image: image * 0 + 255),
        'is 255 everywhere',
    ),
    'a truncated photograph': (
        lambda root: first(root / 'train/coco_bg').write_bytes(
            first(root / 'train/coco_bg').read_bytes()[:-200]
        ),
        'cut short',
    ),
    're-estimated foregrounds of another size': (
        lambda root: (
            shutil.copytree(root / 'train/fg', root / 'train/kappa_fg')
            and change(first(root / 'train/kappa_fg'), lambda image: image[:, :-1])
        ),
        'has (height, width)',
    ),
    'fewer images than were generated': (
        lambda root: first(root / 'train/coco_bg').unlink(),
        'holds 5 images, ',
    ),
    'two files of one name': (
        lambda root: shutil.copy(
            first(root / 'train/fg'), first(root / 'train/fg').with_suffix('.jpg')
        ),
        'have the same stem',
    ),
    'a test set that is not finished': (
        lambda root: (root / 'test/manifest.unfinished.json').write_text('{}'),
        'is not finished; run prepare_aim.py again',
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
    'a background twice': (
        lambda root: shutil.copy(
            first(root / 'train/coco_bg'), root / 'train/coco_bg' / 'again.jpg'
        ),
        'has the pixels of',
    ),
    'an alpha that nothing goes with': (
        lambda root: shutil.copy(first(root / 'train/alpha'), root / 'train/alpha/zzz.png'),
        'and is not used',
    ),
    'a hard alpha': (
        lambda root: change(
            first(root / 'train/alpha'), lambda image: np.where(image > 99, 255, 0)
        ),
        'has no soft pixel',
    ),
    'a faint alpha': (
        lambda root: change(first(root / 'train/alpha'), lambda image: image // 3),
        'has no value above 85',
    ),
    'nothing that tells how composites were made': (
        lambda root: (root / 'manifest.json').unlink(),
        'has no manifest.json',
    ),
    'a soft trimap': (
        lambda root: change(
            first(root / 'test/trimaps'), lambda image: np.where(image == 128, 120, image)
        ),
        'other than 0, 128 and 255',
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
    assert 'its overall checksum is not that of its own' in printed


def test_leaks_and_copies_are_counted_once_an_alpha(root):
    shutil.copy(first(root / 'test/alpha_copy'), first(root / 'train/alpha'))
    printed = check(root, '--all')[1]
    assert printed.count('is also trained on') == 1 and ' and 1 more is also' in printed


def test_the_tables_tell_of_soft_pixels(root):
    path = first(root / 'train/alpha')
    alphas = [cv2.imread(str(path), 0) for path in sorted((root / 'train/alpha').iterdir())]
    is_soft = [(alpha > 0) & (alpha < 255) for alpha in alphas]
    printed = check(root, '--alphas')[1]
    row = next(line for line in printed.splitlines() if path.stem in line)
    assert f'{is_soft[0].sum():,}' in row and f'{is_soft[0].mean():.1%}' in row
    row = [line for line in printed.splitlines() if 'train/alpha' in line][-1]
    assert f'{sum(x.sum() for x in is_soft):,}' in row
    for share in (np.min, np.mean, np.max):
        assert f'{share([x.mean() for x in is_soft]):.1%}' in row


def test_a_few_stray_pixels_of_a_trimap_are_a_warning(root):
    path = first(root / 'test/trimaps')

    def with_stray(image):
        y, x = np.argwhere(image == 0)[0]
        image[y, x] = 255
        return image

    change(path, with_stray)
    status, printed = check(root)
    assert status == 0 and 'calls 1 pixels' in printed and 'by more than 2 of 255' in printed


def test_long_lists_of_problems_are_cut(root):
    for path in (root / 'train/coco_bg').iterdir():
        for number in range(8):
            shutil.copy(path, path.with_name(f'{path.stem}_{number}.jpg'))
            path.with_name(f'{path.stem}_{number}.jpg').write_bytes(b'')
    assert 'and 19 more, see --all' in check(root)[1]
    assert check(root, '--all')[1].count('is no readable image') == 48


def test_another_folder_is_refused(tmp_path):
    assert 'holds neither train/ nor test/' in refused(TOOL, tmp_path)
