"""lsmatting trimap and lsmatting check, as people use them."""

import cv2
import numpy as np
import pytest

from lsmatting_plugin.cli.trimap import parse_width
from lsmatting_plugin.trimap import trimap_of_mask


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize('command', [('trimap',), ('matte', 'trimaps')])
def test_a_folder_that_is_not_there_is_named_before_all_else(lsmatting, tmp_path, command):
    name, *more = command
    status, _, said = lsmatting(name, tmp_path / 'nix', *more, '-o', tmp_path / 'out')
    assert status == 1
    assert said == f'lsmatting {name}: {tmp_path}/nix: no such file or folder\n'


@pytest.mark.parametrize(('width', 'pixels'), [('4', 4), ('0', 0), ('5%', None)])
def test_from_a_mask(lsmatting, files, picture, tmp_path, width, pixels):
    out = tmp_path / 't.png'
    status, printed, _ = lsmatting('trimap', files['mask'], '-o', out, '--width', width)
    assert (status, printed) == (0, f'{out} written\n')
    pixels = 0.05 * min(picture['alpha'].shape) if pixels is None else pixels
    np.testing.assert_array_equal(read(out), trimap_of_mask(picture['alpha'], pixels))


def test_a_folder_of_masks(lsmatting, folders):
    status, printed, _ = lsmatting(
        *('trimap', folders / 'trimaps', '-o', folders / 'made', '--recursive', '--width', 2),
    )
    assert (status, printed) == (0, '3 written, 0 failed\n')
    assert set(np.unique(read(folders / 'made/sub/c.png'))) <= {0, 128, 255}


def test_from_a_box_and_from_strokes(lsmatting, files, picture, tmp_path):
    rows, columns = (np.flatnonzero((picture['alpha'] > 128).any(axis=axis)) for axis in (1, 0))
    left, top = int(columns[0]), int(rows[0])
    box = f'{left},{top},{int(columns[-1]) - left + 1},{int(rows[-1]) - top + 1}'
    strokes = np.full(picture['alpha'].shape, 128, np.uint8)
    strokes[picture['alpha'] == 255] = 255
    strokes[:2] = 0
    cv2.imwrite(str(tmp_path / 's.png'), strokes)
    for arguments in (('--box', box), ('--scribbles', tmp_path / 's.png')):
        out = tmp_path / 't.png'
        assert lsmatting('trimap', files['photo'], '-o', out, *arguments)[0] == 0
        trimap = read(out)
        assert trimap.shape == picture['alpha'].shape
        assert set(np.unique(trimap)) <= {0, 128, 255}


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('--width', 'wide'), '--width wide: expected are pixels'),
        (('--width', '-3'), '--width -3: expected are pixels'),
        (('--box', '1,2,3'), '--box 1,2,3: expected are four numbers'),
        (('--box', '0,0,9999,5'), 'beyond the image'),
        (('--scribbles', 'no.png'), 'no.png: no such file'),
    ],
)
def test_what_makes_no_sense_is_refused(lsmatting, files, tmp_path, arguments, message):
    status, _, said = lsmatting('trimap', files['photo'], '-o', tmp_path / 't.png', *arguments)
    assert status == 1 and message in said and 'Traceback' not in said
    assert not (tmp_path / 't.png').exists()


def test_strokes_of_another_size_are_named(lsmatting, files, tmp_path):
    strokes = tmp_path / 's.png'
    cv2.imwrite(str(strokes), np.zeros((10, 12), np.uint8))
    status, _, said = lsmatting(
        'trimap', files['photo'], '-o', tmp_path / 't.png', '--scribbles', strokes
    )
    assert status == 1
    assert f'{strokes} (--scribbles) 12 x 10; both must have the same size' in said


@pytest.mark.parametrize('error', [MemoryError(), ZeroDivisionError('of a library')])
def test_a_mask_that_fails_does_not_end_the_others(lsmatting, folders, monkeypatch, error):
    errors = [error]

    def trimap_of_a_mask(*arguments):
        if errors:
            raise errors.pop()
        return trimap_of_mask(*arguments)

    monkeypatch.setattr('lsmatting_plugin.cli.trimap.trimap_of_mask', trimap_of_a_mask)
    status, printed, said = lsmatting('trimap', folders / 'trimaps', '-o', folders / 'made')
    assert (status, printed) == (1, '1 written, 1 failed\n')
    assert 'out of memory' in said or 'ZeroDivisionError: of a library' in said


def test_a_trimap_is_no_jpeg(lsmatting, files, tmp_path):
    status, _, said = lsmatting('trimap', files['mask'], '-o', tmp_path / 't.jpg')
    assert status == 1 and 'write a .png' in said


@pytest.mark.parametrize(('width', 'expected'), [('12', 12), ('1.5', 1.5), ('2%', 4)])
def test_widths_are_pixels_or_shares(width, expected):
    assert parse_width(width, 200) == expected


def test_a_check_tells_values_and_regions(lsmatting, files, picture, tmp_path):
    trimap = picture['trimap'].copy()
    trimap[trimap == 128] = 102
    trimap[trimap == 255] = 252
    cv2.imwrite(str(files['trimap']), trimap)
    out = tmp_path / 'regions.png'
    status, printed, _ = lsmatting('check', files['photo'], files['trimap'], '-o', out)
    assert status == 0
    for part in ('252', '102', 'near 0 or 255', f'unknown: {np.mean(trimap == 102):.1%}'):
        assert part in printed
    regions = read(out)
    np.testing.assert_array_equal(regions[trimap == 102], picture['photo'][trimap == 102])
    assert (regions[trimap == 252][:, 1] != picture['photo'][trimap == 252][:, 1]).any()


@pytest.mark.parametrize(
    ('value', 'message', 'expected'),
    [
        (255, 'no sure foreground', 0),
        (0, 'no sure background', 0),
        (128, 'nothing in the trimap is unknown', 1),
    ],
)
def test_a_check_tells_what_is_missing(lsmatting, files, picture, value, message, expected):
    trimap = picture['trimap'].copy()
    trimap[trimap == value] = 0 if value == 128 else 128
    cv2.imwrite(str(files['trimap']), trimap)
    status, printed, _ = lsmatting('check', files['photo'], files['trimap'])
    assert status == expected and message in printed


def test_a_check_compares_sizes(lsmatting, files, picture):
    cv2.imwrite(str(files['trimap']), picture['trimap'][1:])
    status, _, said = lsmatting('check', files['photo'], files['trimap'])
    assert status == 1 and 'both must have the same size' in said


def test_help_names_every_command(lsmatting):
    status, printed, _ = lsmatting()
    assert status == 2
    for command in ('matte', 'trimap', 'check', 'export', 'info', 'serve'):
        assert command in printed
        status, help_text, _ = lsmatting(command, '--help')
        assert status == 0 and f'lsmatting {command}' in help_text
