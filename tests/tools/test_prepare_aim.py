"""From a delivery in miniature to a data set that trains and tests."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
from command_line import ROOT, call
from delivery import write_delivery
from leftovers import half_written
from oracles import compositing as oracle
from PIL import Image

from lsmatting_plugin.datasets import AIMDataset, Composition1kDataset


@pytest.fixture
def root(tmp_path):
    return write_delivery(tmp_path)


def prepare_command(root, *options, out='aim'):
    command = ['tools/dataset_converters/prepare_aim.py', root / 'adobe']
    command += ['--coco', root / 'coco', '--voc', root / 'voc', '--out', root / out]
    return [str(part) for part in (*command, '--workers', 0, *options)]


def prepare(root, *options, out='aim'):
    return call(*prepare_command(root, *options, out=out))


def one_line(done):
    """The error, when it is all that a run said."""
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip() and '━' not in line]
    assert len(lines) == 1
    return lines[0]


def manifest(root, out='aim'):
    return json.loads((root / out / 'test/manifest.json').read_text())


def rgb(path):
    return np.asarray(Image.open(path).convert('RGB'))


def pictures(folder):
    return {path.name: cv2.imread(str(path)) for path in sorted(folder.iterdir())}


def test_the_data_sets_read_what_it_makes(root):
    done = prepare(root)
    assert done.returncode == 0, done.stderr
    train = AIMDataset(str(root / 'aim/train'), pipeline=[])
    assert (len(train), len(train.foregrounds)) == (3, 3)
    test = Composition1kDataset(str(root / 'aim/test'), pipeline=[])
    names = ['elf_0', 'elf_1', 'elf_2', 'net-7_0', 'net-7_1', 'net-7_2']
    assert sorted(path.stem for path in (root / 'aim/test/merged').iterdir()) == names
    assert len(test) == 6
    assert 'libpng' not in done.stderr
    assert (root / 'aim/train/fg/girl-1.png').is_symlink()
    assert not [path for path in (root / 'aim').rglob('.*')]


def test_composites_are_those_of_the_data_set_s_script(root):
    prepare(root, '--skip-train')
    fgs = root / 'adobe/Test_set/Adobe-licensed images'
    for number, stem in enumerate(['elf', 'net-7']):
        fg, alpha = (rgb(fgs / folder / f'{stem}.png') for folder in ('fg', 'alpha'))
        for i in range(3):
            bg = rgb(root / f'voc/2008_{number}{i}.jpg')
            expected = oracle.adobe(fg, alpha[..., 0], bg)
            found = rgb(root / f'aim/test/merged/{stem}_{i}.png')
            np.testing.assert_array_equal(found, expected)


def test_the_manifest_tells_the_mode_and_the_pixels(root):
    prepare(root, '--skip-train')
    prepare(root, '--skip-train', '--mode', 'cv2', '--workers', 2, out='other')
    ours, other = manifest(root), manifest(root, 'other')
    assert (ours['mode'], other['mode']) == ('adobe', 'cv2')
    assert ours['lists'] == other['lists'] and ours['checksum'] != other['checksum']
    pixels = cv2.imread(str(root / 'aim/test/merged/elf_0.png')).tobytes()
    assert ours['composites']['elf_0'] == hashlib.sha256(pixels).hexdigest()
    assert list(ours['composites'])[:2] == ['elf_0', 'elf_1']


def test_a_second_run_does_again_what_is_not_as_it_was(root):
    prepare(root)
    expected, before = manifest(root), pictures(root / 'aim/test/merged')
    test = root / 'aim/test'
    (test / 'merged/elf_1.png').unlink()
    broken = test / 'merged/net-7_0.png'
    broken.write_bytes(broken.read_bytes()[:100])
    shutil.copy(test / 'merged/net-7_1.png', test / 'merged/net-7_2.png')
    (test / 'alpha_copy/elf_2.png').unlink()
    kept = (test / 'merged/elf_0.png').stat().st_mtime_ns
    done = prepare(root)
    assert '3 composites' in done.stdout and '3 were there' in done.stdout
    assert manifest(root) == expected
    assert (test / 'merged/elf_0.png').stat().st_mtime_ns == kept
    after = pictures(test / 'merged')
    assert all(np.array_equal(after[name], before[name]) for name in before)
    assert (test / 'alpha_copy/elf_2.png').exists()


def test_a_killed_run_goes_on_and_ends_the_same(root):
    prepare(root, '--skip-train', out='whole')
    (root / 'voc/2008_12.jpg').rename(root / 'away.jpg')
    os.mkfifo(root / 'voc/2008_12.jpg')  # the last background never comes
    command = [sys.executable, *prepare_command(root, '--skip-train')]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    merged, deadline = root / 'aim/test/merged', time.monotonic() + 60
    while not (merged / 'net-7_1.png').exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    run.kill()
    run.wait()
    assert not (root / 'aim/test/manifest.json').exists()
    half_written(merged / 'net-7_2.png')
    (root / 'away.jpg').rename(root / 'voc/2008_12.jpg')
    done = prepare(root, '--skip-train')
    assert "1 composites of mode 'adobe' written, 5 were there" in done.stdout
    assert manifest(root) == manifest(root, 'whole')
    assert not [
        path for path in (root / 'aim').rglob('*') if 'part' in path.name or 'unf' in path.name
    ]


def test_modes_and_lists_are_never_mixed(root):
    prepare(root, '--skip-train')
    done = prepare(root, '--skip-train', '--mode', 'cv2')
    assert done.returncode == 1
    assert 'holds a test set of another kind (mode: adobe, not cv2)' in one_line(done)
    names = root / 'adobe/Test_set/test_bg_names.txt'
    lines = names.read_text().split()
    names.write_text('\n'.join(reversed(lines)))
    assert 'another kind (lists: ' in one_line(prepare(root, '--skip-train'))
    names.write_text('\n'.join(f' {line} ' for line in lines))  # the same list
    assert prepare(root, '--skip-train').returncode == 0


def test_images_that_came_from_elsewhere_are_never_mixed_in(root):
    prepare(root)
    foreign = root / 'aim/test/merged/zebra_0.png'
    shutil.copy(root / 'aim/test/merged/elf_0.png', foreign)
    assert 'holds 1 images that do not belong' in one_line(prepare(root, '--skip-train'))
    assert 'holds 1 images that do not' in one_line(prepare(root, '--listed-backgrounds'))
    foreign.unlink()
    (root / 'aim/test/manifest.unfinished.json').unlink()
    assert 'no manifest.json tells how' in one_line(prepare(root, '--skip-train'))


def test_a_linked_folder_is_never_written_into(root):
    (root / 'aim/train').mkdir(parents=True)
    source = next((root / 'adobe/Training_set').rglob('alpha'))
    (root / 'aim/train/alpha').symlink_to(source)
    before = sorted(source.iterdir())
    assert f'is a link to {source}' in one_line(prepare(root))
    assert sorted(source.iterdir()) == before


def test_what_cannot_be_done_is_listed_and_the_rest_is_done(root):
    (root / 'voc/2008_00.jpg').unlink()
    (root / 'voc/2008_01.jpg').write_bytes(b'no image')
    (root / 'adobe/Test_set/Adobe-licensed images/trimaps/net-7_2.png').unlink()
    done = prepare(root, '--skip-train')
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    assert '3 of 6 composites are there' in done.stdout
    assert "elf_0: its background '2008_00.jpg' is not in the folder of VOC" in done.stderr
    assert '2008_01.jpg is no readable image' in done.stderr
    assert 'net-7_2: the delivery has no trimap' in done.stderr
    assert not (root / 'aim/test/manifest.json').exists()


def test_links_give_way_to_copies(root):
    assert prepare(root, '--link', '--listed-backgrounds').returncode == 0
    placed = [*(root / 'aim/train').rglob('*.*'), *(root / 'aim/test/trimaps').iterdir()]
    assert all(path.is_symlink() for path in placed)
    done = prepare(root, '--copy', '--listed-backgrounds')
    assert done.returncode == 0, done.stderr
    assert not [path for path in (root / 'aim').rglob('*') if path.is_symlink()]
    names = [path.name for path in sorted((root / 'aim/train/coco_bg').iterdir())]
    assert names == ['000000000009.jpg', '000000000030.jpg']


@pytest.mark.parametrize('option', ['--coco', '--voc', 'adobe'])
def test_a_missing_folder_is_one_line(root, option):
    for path in (root / option.strip('-')).rglob('*'):
        path.unlink() if path.is_file() else None
    one_line(prepare(root))
