import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r'`(tests/[\w/]+\.py)?((?:::\w+)*)`')


def named_by_the_page():
    """Files and what is named in them; a name without a file belongs to the one before it."""
    for line in (ROOT / 'docs/reliability.md').read_text(encoding='utf-8').splitlines():
        file = None
        for match in NAMED.finditer(line):
            file = match[1] or file
            if match[1] or match[2]:
                yield pytest.param(file, match[2].split('::')[1:], id=f'{file}{match[2]}')


@pytest.mark.parametrize('file, names', list(named_by_the_page()))
def test_each_test_that_the_page_names_exists(file, names):
    code = (ROOT / file).read_text(encoding='utf-8')
    for name in names:
        assert re.search(rf'^\s*(def|class) {name}\b', code, re.MULTILINE), f'{file} has no {name}'


def test_the_page_names_many():
    assert len(list(named_by_the_page())) > 100
