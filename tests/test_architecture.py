"""Who imports whom: one direction, the way of the data, as docs/architecture.md tells."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'lsmatting_plugin'
FOLDERS = {path.parent.name for path in PACKAGE.glob('*/__init__.py')}
# Folder of the package -> those that it may import, besides files beside the folders.
MAY_IMPORT = {
    'foreground': set(),
    'guidance': set(),
    'evaluation': set(),
    'visualization': set(),
    'models': {'guidance'},
    'datasets': {'foreground', 'guidance'},
    'engine': {'datasets', 'evaluation', 'models', 'visualization'},
    'baselines': {'evaluation', 'guidance', 'models'},
    'apis': {'datasets', 'engine', 'foreground', 'guidance', 'models'},
    'export': {'models'},
    'web': {'datasets', 'visualization'},
    'cli': {'apis', 'export', 'guidance', 'visualization', 'web'},
}
# Files beside the folders that put some of them together; all others know none.
JOINING = {'cutout': {'foreground'}, 'network_cost': {'models'}}
# Files that may name mmedit: its registries, and its models in this harness.
MMEDIT = ('registry.py', 'baselines/mmedit/')


def imports_of(path: Path) -> Iterator[tuple[str, ...]]:
    """The modules that a file imports, as the parts of their full names."""
    package = path.relative_to(PACKAGE.parent).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split('.')) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = tuple(node.module.split('.')) if node.module else ()
            # 'from . import name' imports a module, 'from .module import name' what is in it
            yield from {base + (module or (alias.name,)) for alias in node.names}


def folders_imported(path: Path) -> set[str]:
    """Folders of the package that a file imports from."""
    ours = (name[1] for name in imports_of(path) if name[0] == PACKAGE.name and len(name) > 1)
    return {folder for folder in ours if folder in FOLDERS}


def test_every_folder_has_its_place():
    assert set(MAY_IMPORT) == FOLDERS


@pytest.mark.parametrize('folder', sorted(FOLDERS))
def test_a_folder_imports_what_lies_before_it_on_the_way_of_the_data(folder):
    for path in (PACKAGE / folder).rglob('*.py'):
        others = folders_imported(path) - {folder}
        assert others <= MAY_IMPORT[folder], path


def test_nobody_imports_in_a_circle():
    done = set()
    while len(done) < len(MAY_IMPORT):
        free = {folder for folder, others in MAY_IMPORT.items() if others <= done} - done
        assert free, f'a circle among {set(MAY_IMPORT) - done}'
        done |= free


@pytest.mark.parametrize('path', sorted(PACKAGE.glob('*.py')), ids=lambda path: path.stem)
def test_a_file_beside_the_folders_knows_none_of_them(path):
    assert folders_imported(path) == JOINING.get(path.stem, set())


def test_mmedit_is_known_to_the_registry_and_to_its_own_models_alone():
    naming = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob('*.py')
        if any(name[0] == 'mmedit' for name in imports_of(path))
    }
    assert 'registry.py' in naming
    assert all(name.startswith(MMEDIT) for name in naming)


def test_nothing_imports_tools_or_tests():
    for path in PACKAGE.rglob('*.py'):
        assert not {name[0] for name in imports_of(path)} & {'tools', 'tests', 'benchmarks'}, path


def test_importing_the_package_loads_nothing_heavy():
    code = (
        'import sys, lsmatting_plugin; '
        "print({'mmcls', 'mmedit.models', 'pymatting', 'numba', 'gradio'} & set(sys.modules))"
    )
    command = [sys.executable, '-c', code]
    printed = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True)
    assert printed.stdout.strip() == 'set()', printed.stderr
