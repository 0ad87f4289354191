"""lsmatting matte, as people use it."""

import shutil

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from lsmatting_plugin.apis import AlphaEstimator, MattingInferencer
from lsmatting_plugin.apis.shipped import shipped_model
from lsmatting_plugin.guidance.classical import CLASSICAL_METHODS


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_a_cut_out_has_the_object_s_own_colours(lsmatting, files, picture, tmp_path):
    status, printed, said = lsmatting(
        'matte', files['photo'], files['trimap'], '-o', tmp_path / 'o.png'
    )

    assert (status, printed) == (0, f'{tmp_path}/o.png written\n')
    assert f'Mattes by network {shipped_model().config.stem} on cpu' in said
    cut = read(tmp_path / 'o.png')
    assert cut.shape == (*picture['alpha'].shape, 4) and cut.dtype == np.uint8
    matte = cut[..., 3]
    assert (matte[picture['trimap'] == 255] == 255).all()
    assert (matte[picture['trimap'] == 0] == 0).all()
    expected = AlphaEstimator(device='cpu')(picture['photo'], picture['trimap'])
    np.testing.assert_array_equal(matte, np.rint(expected * 255))
    is_soft = (picture['alpha'] > 20) & (picture['alpha'] < 235)
    of_cut, of_photo = (
        np.abs(colours[is_soft].astype(int) - picture['fg'][is_soft]).mean()
        for colours in (cut[..., :3], picture['photo'])
    )
    assert of_cut < 0.8 * of_photo
    is_fg = picture['trimap'] == 255
    np.testing.assert_array_equal(cut[is_fg][:, :3], picture['photo'][is_fg])


def test_the_matte_alone(lsmatting, files, picture, tmp_path):
    lsmatting('matte', files['photo'], files['trimap'], '-o', tmp_path / 'o.png', '--alpha-only')
    lsmatting(
        *('matte', files['photo'], files['trimap'], '-o', tmp_path / 'p.png'),
        *('--alpha-only', '--16bit'),
    )
    matte, fine = read(tmp_path / 'o.png'), read(tmp_path / 'p.png')
    assert matte.shape == fine.shape == picture['alpha'].shape
    assert (matte.dtype, fine.dtype) == (np.uint8, np.uint16)
    np.testing.assert_array_equal(np.rint(fine / 257), matte)
    assert len(np.unique(fine)) > 256


@pytest.mark.parametrize('bg', ['white', '#0a141e', 'picture'])
def test_on_another_background(lsmatting, files, picture, tmp_path, bg):
    colours = dict(white=(255, 255, 255))
    expected = np.array(colours.get(bg, (30, 20, 10)))
    if bg == 'picture':
        bg = tmp_path / 'bg.png'
        cv2.imwrite(str(bg), np.full((10, 300, 3), (30, 20, 10), np.uint8))
    out = tmp_path / 'o.jpg'
    status, _, _ = lsmatting('matte', files['photo'], files['trimap'], '-o', out, '--bg', bg)
    assert status == 0
    composite = read(out)
    assert composite.shape == picture['photo'].shape
    beyond = cv2.erode((picture['trimap'] == 0).astype(np.uint8), np.ones((17, 17))) > 0
    assert np.abs(composite[beyond] - expected).mean() < 3


def test_16_bit_photos_stay_so_on_request(lsmatting, files, picture, tmp_path):
    rng = np.random.default_rng(0)
    deep = picture['photo'].astype(np.uint16) * 257 ^ rng.integers(
        0, 64, picture['photo'].shape, np.uint16
    )
    cv2.imwrite(str(tmp_path / 'deep.png'), deep)
    lsmatting('matte', tmp_path / 'deep.png', files['trimap'], '-o', tmp_path / 'o.png', '--16bit')
    cut = read(tmp_path / 'o.png')
    is_opaque = cut[..., 3] == 65535
    assert cut.dtype == np.uint16
    np.testing.assert_array_equal(cut[is_opaque][:, :3], deep[is_opaque])


def test_profile_and_orientation_are_kept(lsmatting, files, picture, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = np.rot90(picture['photo'][..., ::-1], 2)
    Image.fromarray(turned).save(tmp_path / 'turned.png', icc_profile=profile, exif=exif)
    out = tmp_path / 'o.png'
    _, _, said = lsmatting('matte', tmp_path / 'turned.png', files['trimap'], '-o', out)
    assert 'turned upright' in said
    cut = Image.open(out)
    assert cut.info['icc_profile'] == profile
    is_opaque = picture['trimap'] == 255
    np.testing.assert_array_equal(
        np.asarray(cut)[is_opaque][:, :3], picture['photo'][..., ::-1][is_opaque]
    )


@pytest.mark.parametrize('method', ['knn', 'learning-based', 'random-walk'])
def test_other_methods_by_name(lsmatting, files, tmp_path, method):
    out = tmp_path / 'o.png'
    arguments = ('matte', files['photo'], files['trimap'], '-o', out, '--method', method)
    status, _, said = lsmatting(*arguments)
    assert status == 0 and method in said and method in CLASSICAL_METHODS
    assert out.is_file()


@pytest.mark.parametrize(
    'options', [(), ('--refine-steps', 3), ('--tta', 'flips'), ('--tile', 64), ('--device', 'cpu')]
)
def test_a_network_is_taken_where_it_is_given(
    lsmatting, files, network, picture, tmp_path, options
):
    out = tmp_path / 'o.png'
    status, _, said = lsmatting(
        *('matte', files['photo'], files['trimap'], '-o', out, '--alpha-only'),
        *network,
        *options,
    )
    assert status == 0
    assert 'Mattes by network tiny on cpu' in said
    plain = MattingInferencer(network[1], network[3], device='cpu')
    alpha = plain(picture['photo'], picture['trimap'])['pred_alpha']
    difference = np.abs(read(out) / 255 - alpha).max()
    assert difference < (0.5 if options[:1] in (('--refine-steps',), ('--tta',)) else 0.01)


class TestFolders:
    def test_pairs_are_found_by_name(self, lsmatting, folders):
        status, printed, _ = lsmatting(
            *('matte', folders / 'photos', folders / 'trimaps', '-o', folders / 'out'),
        )
        assert (status, printed) == (0, '2 written, 0 failed\n')
        assert sorted(p.name for p in (folders / 'out').iterdir()) == ['a.png', 'b.png']

    def test_subfolders_and_processes(self, lsmatting, folders):
        arguments = ('matte', folders / 'photos', folders / 'trimaps', '-o', folders / 'out')
        status, printed, _ = lsmatting(*arguments, '--recursive', '--workers', 2)
        assert (status, printed) == (0, '3 written, 0 failed\n')
        assert (folders / 'out/sub/c.png').is_file()
        before = (folders / 'out/a.png').stat().st_mtime_ns
        (folders / 'out/b.png').unlink()
        status, printed, _ = lsmatting(*arguments, '--recursive', '--skip-existing')
        assert (status, printed) == (0, '1 written, 2 were there, 0 failed\n')
        assert (folders / 'out/a.png').stat().st_mtime_ns == before

    def test_a_pattern(self, lsmatting, folders):
        status, printed, _ = lsmatting(
            *('matte', folders / 'photos/[ab].jpg', folders / 'trimaps', '-o', folders / 'out'),
        )
        assert (status, printed) == (0, '2 written, 0 failed\n')

    def test_bad_files_are_named_and_the_rest_is_done(self, lsmatting, folders):
        (folders / 'photos/broken.jpg').write_bytes(b'hello')
        shutil.copy(folders / 'trimaps/a.png', folders / 'trimaps/broken.png')
        shutil.copy(folders / 'photos/a.jpg', folders / 'photos/lonely.jpg')
        cv2.imwrite(str(folders / 'trimaps/b.png'), np.zeros((5, 6), np.uint8))
        status, printed, said = lsmatting(
            'matte', folders / 'photos', folders / 'trimaps', '-o', folders / 'out'
        )
        assert (status, printed) == (1, '1 written, 3 failed\n')
        assert 'broken.jpg: not an image' in said
        assert 'lonely.jpg: no trimap of its name' in said
        assert 'b.jpg: the photo has' in said and 'the trimap 6 x 5' in said
        assert [p.name for p in (folders / 'out').iterdir()] == ['a.png']

    def test_one_trimap_does_not_fit_many_photos(self, lsmatting, folders):
        status, _, said = lsmatting(
            'matte', folders / 'photos', folders / 'trimaps/a.png', '-o', folders / 'out'
        )
        assert status == 1 and 'trimaps lie in a folder' in said


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('-o', 'o.jpg'), 'JPEG has no transparency'),
        (('-o', 'o.gif'), 'results are written as'),
        (('-o', 'o.png', '--bg', 'no such colour'), "neither a colour ('white', '#ffffff') nor an"),
        (('-o', 'o.png', '--method', 'knn', '--refine-steps', '5'), 'refine_steps: for networks'),
        (('-o', 'o.png', '--method', 'knn', '--tile', '512'), 'tile: for networks only'),
        (('-o', 'o.png', '--config', 'a.py'), 'needs its weights: --checkpoint'),
        (('-o', 'o.png', '--config', 'a.py', '--checkpoint', 'a.pth'), 'No config a.py'),
        (('-o', 'o.png', '--onnx', 'a.onnx'), '--backend onnx and --onnx FILE go together'),
        (('-o', 'o.png', '--workers', '-1'), 'must not be negative'),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(lsmatting, files, arguments, message):
    status, _, said = lsmatting('matte', files['photo'], files['trimap'], *arguments)
    assert status == 1
    assert message in said.splitlines()[-1]
    assert 'Traceback' not in said


def test_a_device_that_is_not_there_is_named(lsmatting, files, network, tmp_path):
    for device in ('cuda:99', 'abacus'):
        status, _, said = lsmatting(
            *('matte', files['photo'], files['trimap'], '-o', tmp_path / 'o.png'),
            *network,
            *('--device', device),
        )
        assert status == 1 and f"No device '{device}'" in said


def test_near_values_and_their_meaning(lsmatting, files, picture, tmp_path):
    trimap = picture['trimap'].copy()
    trimap[trimap == 0], trimap[trimap == 255] = 3, 252
    cv2.imwrite(str(files['trimap']), trimap)
    out = tmp_path / 'o.png'
    _, _, said = lsmatting('matte', files['photo'], files['trimap'], '-o', out, '--alpha-only')
    count = np.count_nonzero(picture['trimap'] != 128)
    assert f'{count} pixels of the trimap were near 0 or 255' in said
    assert (read(out)[picture['trimap'] == 255] == 255).all()
    status, _, said = lsmatting(
        *('matte', files['photo'], files['trimap'], '-o', out, '--alpha-only', '--strict'),
        *('--method', 'closed-form'),
    )
    assert status == 1 and 'all of the trimap is unknown' in said


@pytest.mark.parametrize('size', [(1, 9), (2, 60), (60, 1), (4, 4)])
@pytest.mark.parametrize('is_network', [False, True])
def test_the_smallest_photos(lsmatting, network, tmp_path, size, is_network):
    rng = np.random.default_rng(0)
    trimap = np.full(size, 128, np.uint8)
    trimap.flat[0], trimap.flat[-1] = 0, 255
    cv2.imwrite(str(tmp_path / 'a.png'), rng.integers(0, 256, (*size, 3), dtype=np.uint8))
    cv2.imwrite(str(tmp_path / 't.png'), trimap)
    options = network if is_network else ()
    out = tmp_path / 'o.png'
    status, _, said = lsmatting(
        'matte', tmp_path / 'a.png', tmp_path / 't.png', '-o', out, *options
    )
    assert (status, said.count('Warning')) == (0, 0)
    matte = read(out)[..., 3]
    assert matte.shape == size and (matte.flat[0], matte.flat[-1]) == (0, 255)


def test_an_unforeseen_error_ends_one_photo_only(lsmatting, folders, monkeypatch):
    def fail(photo, trimap):
        raise ZeroDivisionError('division by zero')

    monkeypatch.setattr('lsmatting_plugin.cli.matte.trimap_warnings', lambda snapped: [])
    monkeypatch.setattr('lsmatting_plugin.cli.matte.require_same_size', fail)
    status, printed, said = lsmatting(
        'matte', folders / 'photos', folders / 'trimaps', '-o', folders / 'out'
    )
    assert (status, printed) == (1, '0 written, 2 failed\n')
    assert said.count('ZeroDivisionError: division by zero') == 2


@pytest.mark.slow
def test_samples_run_and_keep_what_is_known(shared_dir, lsmatting, tmp_path):
    folders = sorted((shared_dir / 'data/samples').iterdir())
    done = 0
    for folder in folders:
        images, trimaps = (sorted(folder.glob(f'{name}.*')) for name in ('image', 'trimap'))
        if not images or not trimaps:
            continue
        trimap = cv2.imread(str(trimaps[0]), cv2.IMREAD_GRAYSCALE)
        # Large and nearly all unknown: closed-form matting takes minutes.
        if np.count_nonzero((trimap > 50) & (trimap < 200)) > 60_000:
            continue
        out = tmp_path / f'{folder.name}.png'
        assert lsmatting('matte', images[0], trimaps[0], '-o', out, '--alpha-only')[0] == 0
        matte = read(out)
        assert matte.shape == trimap.shape
        assert (matte[trimap == 255] == 255).all() and (matte[trimap == 0] == 0).all()
        done += 1
    assert done > 15
