"""The generated data set: what its pictures promise, and how it is written."""

import hashlib
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from command_line import call
from leftovers import half_written

from lsmatting_plugin.datasets.procedural import (
    KINDS,
    make_background,
    make_foreground,
    make_trimap,
    photos,
    write_dataset,
    writer,
)
from lsmatting_plugin.datasets.procedural.layers import Canvas, make_layer, over, straight_colours

TOOL = Path(__file__).parents[2] / 'tools/dataset_converters/make_toy_dataset.py'
SIZE = 96
SMALL = {'num_fg': 17, 'num_bg': 4, 'num_test_fg': 2, 'bgs_per_test_fg': 2, 'size': SIZE}

# (least, greatest) mean share of 0 < alpha < 255 over a few draws of a kind
SOFT_SHARES = {
    'hair': (0.05, 0.45),
    'fur': (0.04, 0.35),
    'plant': (0.04, 0.4),
    'feather': (0.08, 0.6),
    'net': (0.05, 0.75),
    'smoke': (0.08, 0.7),
    'glass': (0.08, 0.6),
    'solid': (0.01, 0.2),
    'blur': (0.05, 0.5),
    'mixed': (0.03, 0.5),
}


def read(path, flags=cv2.IMREAD_UNCHANGED):
    image = cv2.imread(str(path), flags)
    assert image is not None, path
    return image


def soft_share(alpha):
    return float(((alpha > 0) & (alpha < 255)).mean())


def digests(root):
    files = (path for path in root.rglob('*') if path.suffix in ('.png', '.jpg'))
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    root = tmp_path_factory.mktemp('toy') / 'set'
    return write_dataset(root, **SMALL, seed=3, num_workers=0, progress=False)


@pytest.mark.parametrize('kind', KINDS)
def test_each_kind_has_a_soft_alpha_and_colours_everywhere(kind):
    shares, opaque, empty = [], [], []
    for seed in range(4):
        fg, alpha = make_foreground(128, np.random.default_rng(seed), kind)
        assert fg.dtype == alpha.dtype == np.uint8
        assert fg.shape == (*alpha.shape, 3)
        assert max(alpha.shape) == 128
        assert len(np.unique(alpha)) > 30, 'alpha must be soft, not a mask'
        is_outside = alpha == 0
        assert not is_outside.any() or fg[is_outside].mean() > 1, 'colours go on outside'
        shares.append(soft_share(alpha))
        opaque.append((alpha == 255).mean())
        empty.append(is_outside.mean())
    low, high = SOFT_SHARES[kind]
    assert low < np.mean(shares) < high
    assert max(opaque) > 0.01, 'most foregrounds have a solid part'
    assert np.median(empty) > 0.05, 'there is true background'


def test_foreground_depends_on_the_generator_alone():
    def draw():
        return make_foreground(SIZE, np.random.default_rng([1, 2]))

    (fg, alpha), (same_fg, same_alpha) = draw(), draw()
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        one_thread_fg, one_thread_alpha = draw()
    finally:
        cv2.setNumThreads(threads)
    for colours, coverage in ((same_fg, same_alpha), (one_thread_fg, one_thread_alpha)):
        np.testing.assert_array_equal(fg, colours)
        np.testing.assert_array_equal(alpha, coverage)


def test_foreground_rejects_what_it_cannot_draw():
    with pytest.raises(ValueError, match='hair'):
        make_foreground(SIZE, np.random.default_rng(0), 'unicorn')
    with pytest.raises(ValueError, match='at least 32'):
        make_foreground(16, np.random.default_rng(0))


def test_backgrounds_are_textured_and_differ():
    images = [make_background(SIZE, np.random.default_rng(seed)) for seed in range(12)]
    for image in images:
        assert image.dtype == np.uint8
        assert max(image.shape[:2]) == SIZE
    assert np.median([image.std() for image in images]) > 15
    means = np.array([image.mean(axis=(0, 1)) for image in images])
    assert means.std(axis=0).min() > 10


def test_canvas_coverage_is_the_area():
    canvas = Canvas((40, 40))
    corners = np.array(
        [[9.5, 9.5], [29.5, 9.5], [29.5, 19.5], [9.5, 19.5]]
    )  # pixels 10..29, 10..19
    canvas.polygon(corners, np.array([0.2, 0.4, 0.6]))
    layer = canvas.layer()
    assert layer[..., 3].sum() == pytest.approx(20 * 10, rel=0.08)
    np.testing.assert_allclose(layer[15, 20], [0.2, 0.4, 0.6, 1], atol=1 / 255)


def test_over_and_straight_colours_in_closed_form():
    shape = (8, 8)
    back = make_layer(np.array([1.0, 0.0, 0.0]), np.ones(shape))
    front = make_layer(np.array([0.0, 0.0, 1.0]), np.full(shape, 0.25))
    np.testing.assert_allclose(over(back, front)[0, 0], [0.75, 0, 0.25, 1], atol=1e-6)
    lonely = make_layer(np.array([0.3, 0.5, 0.7]), np.eye(8))
    np.testing.assert_allclose(
        straight_colours(lonely), np.tile([0.3, 0.5, 0.7], (8, 8, 1)), atol=1e-5
    )


def test_trimap_is_a_euclidean_dilation_and_contradicts_nothing():
    alpha = np.zeros((21, 21), np.uint8)
    alpha[:, 11:] = 255
    alpha[10, 10] = 100
    trimap = make_trimap(alpha, 5)
    y, x = np.mgrid[:21, :21]
    is_near = np.hypot(y - 10, x - 10) <= 5
    np.testing.assert_array_equal(trimap == 128, is_near)
    np.testing.assert_array_equal(trimap[~is_near], alpha[~is_near])
    np.testing.assert_array_equal(make_trimap(alpha, 0) == 128, alpha == 100)
    hard = np.where(alpha > 128, 255, 0).astype(np.uint8)
    np.testing.assert_array_equal(make_trimap(hard, 9), hard)


def test_layout(dataset):
    def names(part):
        return sorted(path.name for path in (dataset / part).iterdir())

    assert names('train/fg') == names('train/alpha')
    assert len(names('train/fg')) == SMALL['num_fg']
    assert len(names('train/coco_bg')) == SMALL['num_bg']
    assert names('test/merged') == names('test/trimaps') == names('test/alpha_copy')
    assert len(names('test/merged')) == SMALL['num_test_fg'] * SMALL['bgs_per_test_fg']
    assert {name.split('_')[0] for name in names('train/fg')} == set(KINDS)
    for path in (dataset / 'train/fg').iterdir():
        fg, alpha = read(path), read(dataset / 'train/alpha' / path.name)
        assert fg.shape == (*alpha.shape, 3)
        assert max(alpha.shape) == SIZE
    for path in (dataset / 'train/coco_bg').iterdir():
        assert path.suffix == '.jpg'
        assert read(path).shape[2] == 3


def test_soft_share_of_the_set_is_like_aims(dataset):
    shares = [soft_share(read(path)) for path in (dataset / 'train/alpha').iterdir()]
    assert 0.05 < np.mean(shares) < 0.4


def test_test_trimaps_agree_with_alpha(dataset):
    shares = []
    for path in (dataset / 'test/trimaps').iterdir():
        trimap, alpha = read(path), read(dataset / 'test/alpha_copy' / path.name)
        assert set(np.unique(trimap)) <= {0, 128, 255}
        np.testing.assert_array_equal(alpha[trimap == 0], 0)
        np.testing.assert_array_equal(alpha[trimap == 255], 255)
        shares.append((trimap == 128).mean())
    assert len(set(shares)) > 1, 'the width of the unknown region varies'


def test_test_images_obey_the_composite_equation(dataset):
    plan = writer._Plan(dataset, SIZE, 3, SMALL['bgs_per_test_fg'], (), 0)
    kind = writer.KIND_CYCLE[1]
    fg, alpha = make_foreground(SIZE, plan.rng(writer.TEST_FG, 1), kind)
    for number in range(2):
        bg = plan.background(writer.TEST_BG, 2 + number)
        name = f'{kind}_0001_{number}.png'
        h, w = alpha.shape
        scale = max(h / bg.shape[0], w / bg.shape[1])
        size = (max(w, round(bg.shape[1] * scale)), max(h, round(bg.shape[0] * scale)))
        bg = cv2.resize(bg, size, interpolation=cv2.INTER_CUBIC)[:h, :w].astype(int)
        a = alpha.astype(int)[..., None]
        # (n + 127) // 255 rounds n / 255, which is never half way between two integers
        expected = (fg * a + bg * (255 - a) + 127) // 255
        np.testing.assert_array_equal(read(dataset / 'test/merged' / name), expected)
        np.testing.assert_array_equal(read(dataset / 'test/alpha_copy' / name), alpha)


def test_same_bytes_for_any_number_of_workers(dataset, tmp_path):
    # an item depends on its index alone, so a smaller set is a part of the larger one
    part = {'num_fg': 4, 'num_bg': 2, 'num_test_fg': 1, 'bgs_per_test_fg': 2, 'size': SIZE}
    other = write_dataset(tmp_path, **part, seed=3, num_workers=2, progress=False)
    assert len(digests(other)) == 4 * 2 + 2 + 2 * 3
    assert digests(other).items() <= digests(dataset).items()


def test_another_seed_and_another_role_give_other_pictures(dataset, tmp_path):
    small = {'num_fg': 2, 'num_bg': 2, 'num_test_fg': 1, 'bgs_per_test_fg': 1, 'size': SIZE}
    other = write_dataset(tmp_path, **small, seed=4, num_workers=0, progress=False)
    assert not set(digests(other).values()) & set(digests(dataset).values())
    train = read(dataset / 'train/alpha/hair_00000.png')
    test = read(dataset / 'test/alpha_copy/hair_0000_0.png')
    assert train.shape != test.shape or (train != test).any()


def test_a_finished_set_is_reused_at_once(dataset, capsys, monkeypatch):
    monkeypatch.setattr(writer, '_make_item', None)  # would fail if anything were made
    before = {path: path.stat().st_mtime_ns for path in dataset.rglob('*.*')}
    write_dataset(dataset, **SMALL, seed=3, num_workers=0)
    assert 'reused' in capsys.readouterr().out
    assert before == {path: path.stat().st_mtime_ns for path in dataset.rglob('*.*')}


def test_a_cut_off_set_is_completed(tmp_path, monkeypatch):
    small = {'num_fg': 3, 'num_bg': 2, 'num_test_fg': 1, 'bgs_per_test_fg': 1, 'size': 64}
    whole = digests(write_dataset(tmp_path / 'whole', **small, num_workers=0, progress=False))
    root = tmp_path / 'cut'
    make_item = writer._make_item

    def stop_at_second(plan, item):
        if item == (writer.TRAIN_FG, 1):
            raise KeyboardInterrupt
        return make_item(plan, item)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(writer, '_make_item', stop_at_second)
        write_dataset(root, **small, num_workers=0, progress=False)
    assert not (root / writer.MANIFEST).exists()
    with pytest.raises(FileExistsError, match='seed=0'):
        write_dataset(root, **small, seed=1, num_workers=0, progress=False)

    # the first item is there; a truncated file of the second is not mistaken for a whole one
    first = root / 'train/fg/hair_00000.png'
    written = first.stat().st_mtime_ns
    data = (tmp_path / 'whole/train/alpha/fur_00001.png').read_bytes()
    (root / 'train/alpha/fur_00001.png').write_bytes(data[: len(data) // 2])
    half_written(root / 'train/fg/fur_00001.png')
    write_dataset(root, **small, num_workers=0, progress=False)
    assert digests(root) == whole
    assert first.stat().st_mtime_ns == written
    assert (root / writer.MANIFEST).exists()
    assert not (root / writer.UNFINISHED_MANIFEST).exists()
    assert not list(root.rglob('*.part'))

    # a file that went missing from a finished set comes back
    first.unlink()
    write_dataset(root, **small, num_workers=0, progress=False)
    assert digests(root) == whole


def test_other_arguments_or_foreign_files_are_refused(dataset, tmp_path):
    with pytest.raises(FileExistsError, match=r'num_bg=4 \(now 5\).*another folder'):
        write_dataset(dataset, **{**SMALL, 'num_bg': 5}, seed=3, num_workers=0, progress=False)
    (tmp_path / 'train/fg').mkdir(parents=True)
    (tmp_path / 'train/fg/mine.png').write_bytes(b'')
    with pytest.raises(FileExistsError, match='did not write'):
        write_dataset(tmp_path, **SMALL, num_workers=0, progress=False)
    with pytest.raises(ValueError, match='num_fg'):
        write_dataset(tmp_path / 'new', num_fg=-1)
    with pytest.raises(ValueError, match='size'):
        write_dataset(tmp_path / 'new', size=8)
    assert not (tmp_path / 'new').exists()


def test_manifest_holds_the_arguments(dataset):
    manifest = json.loads((dataset / writer.MANIFEST).read_text())
    assert manifest['generator_version'] == writer.GENERATOR_VERSION
    assert manifest['arguments'].items() >= {**SMALL, 'seed': 3, 'photos': None}.items()


def test_photographs_are_mixed_into_the_backgrounds(tmp_path):
    green = np.zeros((90, 120, 3), np.uint8)
    green[..., 1] = 255
    (tmp_path / 'photos').mkdir()
    cv2.imwrite(str(tmp_path / 'photos/green.png'), green)
    root = write_dataset(
        tmp_path / 'set',
        num_fg=0,
        num_bg=12,
        num_test_fg=0,
        size=48,
        photos=tmp_path / 'photos',
        num_workers=0,
        progress=False,
    )
    images = [read(path).astype(int) for path in (root / 'train/coco_bg').iterdir()]
    from_photo = [abs(image - [0, 255, 0]).max() < 30 for image in images]
    assert 2 <= sum(from_photo) <= 10


def test_photos_that_are_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(photos, 'find_spec', lambda name: None)
    with pytest.raises(ModuleNotFoundError, match='pip install scikit-image'):
        photos.find_photos('skimage')
    with pytest.raises(FileNotFoundError, match='not a folder'):
        photos.find_photos(tmp_path / 'nowhere')
    with pytest.raises(FileNotFoundError, match='no photograph'):
        photos.find_photos(tmp_path)


def test_photos_of_a_library(tmp_path, monkeypatch):
    folder = tmp_path / 'sklearn/datasets/images'
    folder.mkdir(parents=True)
    for name in ('china.jpg', 'README.txt', 'chart.png'):
        (folder / name).write_bytes(b'')
    (tmp_path / 'sklearn/__init__.py').write_text('')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'sklearn', raising=False)
    assert photos.find_photos('sklearn') == [folder / 'china.jpg']
    with pytest.raises(ValueError, match=r'china\.jpg'):
        photos.photo_background(folder / 'china.jpg', 64, np.random.default_rng(0))


def test_command_line(tmp_path):
    def run(*arguments):
        return call(TOOL, tmp_path / 'out', *arguments, cwd=tmp_path)

    arguments = ('--num-fg', '2', '--num-bg', '1', '--num-test-fg', '1', '--size', '64')
    first = run(*arguments, '--workers', '0')
    assert first.returncode == 0, first.stderr
    assert '2 training foregrounds, 1 backgrounds, 2 test composites' in first.stdout
    assert 'soft pixels' in first.stdout
    assert (tmp_path / 'out/manifest.json').is_file()
    refused = run(*arguments, '--workers', '0', '--seed', '1')
    assert refused.returncode != 0
    assert 'another folder' in refused.stderr
    assert 'Traceback' not in refused.stderr
