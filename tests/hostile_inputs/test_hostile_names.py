"""Names of files that are long, odd, or no text at all."""

import io
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from lsmatting_plugin.evaluation.results import Results
from lsmatting_plugin.failures import FailuresFile
from lsmatting_plugin.printing import print_any_name

NO_UTF8 = os.fsdecode(b'\xff\xfe')
NAMES = {
    'unicode': 'ünï côde 日本 🦊',
    'the longest': 'x' * 251,
    'the longest in characters of two bytes': 'ü' * 125,
    'no UTF-8': NO_UTF8,
    'mark-up': '[bold]a[red',
    'a pattern': '[a-c]*?',
    'a line break': 'a\nb',
    'an option': '-o',
}


@pytest.fixture
def strict_stdout(monkeypatch):
    """A terminal of UTF-8 that fails at anything else, as Python's does by default."""
    stream = io.TextIOWrapper(io.BytesIO(), 'utf-8', errors='strict')
    monkeypatch.setattr(sys, 'stdout', stream)
    return stream


@pytest.mark.parametrize('kind', NAMES)
def test_a_file_of_any_name_is_matted(here, lsmatting, strict_stdout, kind):
    name = NAMES[kind]
    for folder, file in (('photos', 'photo.png'), ('trimaps', 'trimap.png')):
        Path(folder).mkdir()
        shutil.copy(file, Path(folder, f'{name}.png'))
    status, _, said = lsmatting('matte', 'photos', 'trimaps', '-o', 'mattes')
    assert (status, os.listdir('mattes')) == (0, [f'{name}.png']), said
    status, *_ = lsmatting(
        'matte', f'photos/{name}.png', f'trimaps/{name}.png', '-o', f'one/{name}.png'
    )
    assert (status, os.listdir('one')) == (0, [f'{name}.png'])
    assert lsmatting('check', f'photos/{name}.png', f'trimaps/{name}.png')[0] == 0


@pytest.mark.parametrize('kind', NAMES)
def test_a_file_of_any_name_is_scored(here, tool, strict_stdout, kind):
    for folder, file in (('mattes', 'mask.png'), ('trimaps', 'trimap.png')):
        Path(folder).mkdir()
        shutil.copy(file, Path(folder, f'{NAMES[kind]}.png'))
    arguments = ('mattes', 'mattes', 'trimaps', '--workers', '0')
    status, _, said = tool('eval_folder.py', *arguments, '--out', 'o.csv', '--out', 'o.json')
    assert status == 0, said
    assert Path('o.csv').read_bytes().decode() and Path('o.json').read_bytes().decode()


def test_a_name_that_is_too_long_is_said(here, lsmatting):
    for files in (('x' * 256, 'trimap.png'), ('photo.png', 'y' * 256)):
        status, _, said = lsmatting('matte', *files, '-o', 'o.png')
        assert status == 1 and 'File name too long' in said[-1]


@pytest.mark.parametrize('arguments', [('', 't', 'o'), ('p', '', 'o'), ('p', 't', '')])
def test_a_variable_of_the_shell_that_is_not_set_is_no_name(here, lsmatting, arguments):
    files = dict(p='photo.png', t='trimap.png', o='o.png')
    image, trimap, out = (files.get(key, '') for key in arguments)
    before = {path: path.read_bytes() for path in here.iterdir()}
    status, _, said = lsmatting('matte', image, trimap, '-o', out)
    assert status == 1 and 'an empty name' in said[-1]
    assert {path: path.read_bytes() for path in here.iterdir()} == before


def test_failures_of_any_name_are_noted_as_json(tmp_path):
    failures = FailuresFile(tmp_path / 'failures.jsonl')
    failures.add(f'{NO_UTF8} ü.png', 'broken')
    lines = (tmp_path / 'failures.jsonl').read_text(encoding='utf-8').splitlines()
    assert [json.loads(line)['file'] for line in lines] == [f'{NO_UTF8} ü.png']


def test_results_of_any_name_are_written(tmp_path):
    results = Results('a', [dict(name=NO_UTF8, SAD=1.0)], dict(SAD=1.0))
    for suffix in ('.csv', '.json'):
        results.write(tmp_path / f'a{suffix}')
        assert 'udcff' in (tmp_path / f'a{suffix}').read_text(encoding='utf-8')


def test_what_a_terminal_cannot_show_is_printed_as_escapes(monkeypatch):
    for encoding, shown in (('utf-8', rb'\udcff\udcfe'), ('ascii', rb'\udcff\udcfe')):
        stream = io.TextIOWrapper(io.BytesIO(), encoding, errors='strict')
        monkeypatch.setattr(sys, 'stdout', stream)
        print_any_name()
        print(NO_UTF8, flush=True)
        assert stream.buffer.getvalue() == shown + b'\n'
