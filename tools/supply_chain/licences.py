"""Writes the tables of docs/licences.md from the metadata of the installed packages.

python tools/supply_chain/licences.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from packaging.utils import canonicalize_name
from requirement_files import ROOT, installed_version, licence_of, read_lock, read_requirements

from lsmatting_plugin.whole_files import write_file

PAGE = ROOT / 'docs/licences.md'
START, END = '<!-- made by: make licences -->', '<!-- end of what make licences made -->'
FILES = ('requirements.txt', *(f'requirements/{n}.txt' for n in ('web', 'export', 'docs')))
FILES += tuple(f'requirements/{n}.txt' for n in ('tensorboard', 'ray', 'dev'))


def main() -> None:
    """Puts the tables in the place of those that are there."""
    page = PAGE.read_text(encoding='utf-8')
    before, after = page.partition(START)[0], page.partition(END)[2]
    write_file(f'{before}{START}\n\n{tables()}\n{END}{after}'.encode(), PAGE)


def tables() -> str:
    """A table for each requirements file, and one of what the core's need in turn."""
    parts, seen = [], set()
    for file in FILES:
        names = [requirement.name for requirement in read_requirements(ROOT / file)]
        parts.append(_table(f'`{file}`', names))
        seen.update(map(canonicalize_name, names))
        if file == 'requirements.txt':
            others = {entry.requirement.name for entry in read_lock()}
            indirect = sorted(name for name in others if canonicalize_name(name) not in seen)
            parts.append(
                _table('What these need in turn, as installed where this page was made', indirect)
            )
    return '\n'.join(parts)


def _table(title: str, names: list[str]) -> str:
    rows = [f'| {name} | {installed_version(name) or "-"} | {licence_of(name)} |' for name in names]
    return '\n'.join(
        [f'### {title}\n', '| package | version | licence |', '|---|---|---|', *rows, '']
    )


if __name__ == '__main__':
    main()
