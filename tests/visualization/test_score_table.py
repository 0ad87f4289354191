import re

import pytest
from rich.console import Console

from lsmatting_plugin.visualization import ScoreTable

ROWS = {'ours': [1.234567, 0.01], 'a|b_<c>': [12.5, None], 'third [x]': [1.23456, 0.0123456]}


def table():
    return ScoreTable('Errors', ['SAD', 'MSE'], ROWS)


def test_markdown_has_the_best_in_bold_and_names_as_they_are():
    assert table().as_markdown().splitlines() == [
        '## Errors',
        '',
        '| method | SAD | MSE |',
        '|---|---:|---:|',
        '| ours | **1.23** | **0.01000** |',
        r'| a\|b_\<c> | 12.50 | – |',
        r'| third \[x] | **1.23** | 0.01235 |',
    ]


def test_html_is_escaped():
    page = table().as_html()
    assert 'a|b_&lt;c&gt;' in page and '<c>' not in page
    assert page.count('<strong>') == 3
    assert re.search(r'<caption>Errors</caption>', page)


def test_the_terminal_shows_names_with_brackets(capsys):
    Console(width=100).print(table().as_rich())
    printed = capsys.readouterr().out
    assert 'third [x]' in printed and '12.50' in printed


@pytest.mark.parametrize('others', [{}, {'theirs': [None]}, {'theirs': [0.00005]}])
def test_without_a_visible_difference_none_is_the_best(others):
    assert '**' not in ScoreTable('Errors', ['SAD'], {'ours': [0.00005], **others}).as_markdown()
