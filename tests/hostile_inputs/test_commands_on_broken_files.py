"""Each command on a file that cannot be read: exit status 1, and one line that names it."""

import shutil
from pathlib import Path

import pytest
from hostile_files import deep, picture, png_of_size

BROKEN = {
    'no image': b'hello',
    'cut short': picture('PNG')[: len(picture('PNG')) // 2],
    'cut short, 16 bits': deep('.png')[: len(deep('.png')) // 2],
    'cut short, a TIFF of 16 bits': deep('.tif')[: len(deep('.tif')) // 2],
    'too large': png_of_size(60_000, 60_000, bits=16),
}
COMMANDS = [
    ('matte', 'bad.png', 'trimap.png', '-o', 'o.png'),
    ('matte', 'photo.png', 'bad.png', '-o', 'o.png'),
    ('matte', 'photo.png', 'trimap.png', '-o', 'o.png', '--bg', 'bad.png'),
    ('trimap', 'bad.png', '-o', 'o.png'),
    ('trimap', 'bad.png', '-o', 'o.png', '--box', '1,1,5,5'),
    ('trimap', 'photo.png', '-o', 'o.png', '--scribbles', 'bad.png'),
    ('check', 'bad.png', 'trimap.png'),
    ('check', 'photo.png', 'bad.png'),
    ('info', '--config', 'bad.png'),
    ('export', '-o', 'o.onnx', '--config', 'bad.png', '--checkpoint', 'bad.png'),
]


@pytest.mark.parametrize('kind', BROKEN)
@pytest.mark.parametrize('command', COMMANDS, ids=' '.join)
def test_a_command_names_the_file_in_one_line(here, lsmatting, command, kind):
    Path('bad.png').write_bytes(BROKEN[kind])
    status, _, said = lsmatting(*command)
    said = [line for line in said if not line.startswith('Mattes by ')]
    assert (status, len(said)) == (1, 1), said
    assert 'bad.png' in said[0]
    assert not Path('o.png').exists() and not Path('o.onnx').exists()


@pytest.mark.parametrize('kind', BROKEN)
def test_a_folder_is_done_but_for_its_broken_file(here, lsmatting, kind):
    for folder, file in (('photos', 'photo.png'), ('trimaps', 'trimap.png')):
        Path(folder).mkdir()
        for name in 'abc':
            shutil.copy(file, Path(folder, f'{name}.png'))
    Path('photos/b.png').write_bytes(BROKEN[kind])
    status, printed, said = lsmatting('matte', 'photos', 'trimaps', '-o', 'mattes')
    assert (status, printed) == (1, '2 written, 1 failed\n')
    assert len([line for line in said if 'b.png' in line]) == 1
    assert sorted(path.name for path in Path('mattes').iterdir()) == ['a.png', 'c.png']


@pytest.mark.parametrize('kind', BROKEN)
def test_the_tools_name_it_too_without_a_traceback(here, tool, kind):
    for folder, file in (
        ('set/merged', 'photo.png'),
        ('set/trimaps', 'trimap.png'),
        ('set/alpha_copy', 'mask.png'),
        ('train/fg', 'photo.png'),
        ('train/kappa_fg', 'photo.png'),
        ('train/alpha', 'mask.png'),
    ):
        Path(folder).mkdir(parents=True)
        shutil.copy(file, Path(folder, 'a.png'))
    bad = [Path('set/alpha_copy/a.png'), Path('train/fg/a.png')]
    for path in bad:
        path.write_bytes(BROKEN[kind])
    for script, *arguments in (
        ('eval_folder.py', 'set/alpha_copy', 'set/alpha_copy', 'set/trimaps', '--workers', '0'),
        ('reestimate_foreground.py', 'train', '--workers', '0', '--out-dir', 'new'),
        ('dataset_converters/check_dataset.py', '.', '--workers', '0'),
        ('analysis/report.py', 'set', 'set/alpha_copy', '--out', 'sheet.png'),
        ('analysis/foreground_report.py', 'train', '--out', 'report'),
    ):
        status, printed, said = tool(script, *arguments)
        assert status == 1, script
        lines = [*said, *printed.splitlines()]
        assert any('a.png' in line for line in lines), script
        assert not any('Traceback' in line or 'OpenCV' in line for line in lines), script


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('', 'holds no results'),
        ('[' * 100_000, 'holds no results'),
        ('{"name": "a", "images": [{"name": "x", "SAD": "1"}], "mean": {}}', 'SAD of x must be a'),
        ('{"name": "a", "images": [{"name": "x", "SAD": NaN}], "mean": {}}', 'SAD of x must be a'),
        ('{"name": "a", "images": [{"name": "x", "paths": 3}], "mean": {}}', 'paths of x must be'),
        ('{"name": "a", "images": [{"name": ""}], "mean": {}}', "an image is called ''"),
        ('{"name": "a", "images": [{"SAD": 1}], "mean": {}}', 'must be a dict with a name'),
        ('{"name": "a", "images": 2, "mean": {}}', 'images must be a list'),
        ('{"name": 1, "images": [], "mean": {}}', 'name and protocol must be strings'),
    ],
)
def test_results_that_are_none_are_named(here, tool, text, reason):
    Path('results.json').write_text(text)
    status, _, said = tool('analysis/compare.py', 'results.json', '--out', 'compared')
    assert (status, len(said)) == (1, 1)
    assert said[0].startswith('results.json holds no results') and reason in said[0]


@pytest.mark.parametrize(
    'arguments',
    [
        ('trimap', 'mask.png', '-o', 'o.png', '--width', '1e300%'),
        ('trimap', 'mask.png', '-o', 'o.png', '--width', 'nan'),
        ('serve', '--port', '70000'),
        ('serve', '--host', 'no such host'),
        ('check', 'photo.png', 'trimap.png', '-o', 'o.gif'),
    ],
)
def test_options_out_of_range_are_named(here, lsmatting, arguments):
    status, printed, said = lsmatting(*arguments)
    assert (status, printed, len(said)) == (1, '', 1), said
    assert arguments[-1] in said[0]


def test_scores_that_cannot_be_written_end_in_one_line(here, tool):
    for folder in ('mattes', 'trimaps'):
        Path(folder).mkdir()
        shutil.copy('trimap.png', Path(folder, 'a.png'))
    status, _, said = tool(
        *('eval_folder.py', 'mattes', 'mattes', 'trimaps', '--workers', '0'),
        *('--out', 'mask.png/scores.json'),
    )
    assert status == 1 and said[-1].startswith('mask.png/scores.json cannot be written')
    assert 'Traceback' not in '\n'.join(said)
