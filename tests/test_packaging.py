"""What pip gets: versions, types, weights; a wheel and an sdist that install and work."""

import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version

import pytest
from command_line import ROOT, run

import lsmatting_plugin

PACKAGE = ROOT / 'lsmatting_plugin'
SHIPPED = ('py.typed', 'weights/README.md', 'weights/lsm_small_guided.py')


@pytest.fixture(scope='module')
def project():
    tomllib = pytest.importorskip('tomllib')  # since Python 3.11
    return tomllib.loads((ROOT / 'pyproject.toml').read_text())['project']


def test_the_version_stands_in_one_place(project):
    assert version('lsmatting-plugin') == lsmatting_plugin.__version__
    assert 'version' not in project and project['dynamic'] == ['version']
    assert f'## {lsmatting_plugin.__version__}' in (ROOT / 'CHANGELOG.md').read_text()


def test_every_folder_with_code_is_a_package():
    for path in PACKAGE.rglob('*.py'):
        if path.parent.name != 'weights':  # a config, for mmengine to read
            assert (path.parent / '__init__.py').is_file(), path


def test_requirements_and_package_agree(project):
    def names(lines):
        return {re.split(r'[<>=\[ ]', line)[0] for line in lines if line and line[0].isalpha()}

    assert names(project['dependencies']) == names(
        (ROOT / 'requirements.txt').read_text().splitlines()
    )
    for extra in ('docs', 'export', 'ray', 'tensorboard', 'web'):
        lines = (ROOT / f'requirements/{extra}.txt').read_text().splitlines()
        assert names(project['optional-dependencies'][extra]) == names(lines), extra


@pytest.mark.slow
def test_wheel_and_sdist_install_and_work(tmp_path):
    run(sys.executable, '-m', 'build', '--outdir', tmp_path, ROOT)
    (wheel,), (sdist,) = tmp_path.glob('*.whl'), tmp_path.glob('*.tar.gz')
    assert lsmatting_plugin.__version__ in wheel.name and lsmatting_plugin.__version__ in sdist.name
    with zipfile.ZipFile(wheel) as archive, tarfile.open(sdist) as source:
        in_wheel = set(archive.namelist())
        in_sdist = {name.partition('/')[2] for name in source.getnames()}
    weights = [path.name for path in (PACKAGE / 'weights').glob('*.pth')]
    for name in (*SHIPPED, *(f'weights/{name}' for name in weights)):
        assert f'lsmatting_plugin/{name}' in in_wheel & in_sdist
    assert not [name for name in in_wheel if name.startswith(('tests', 'docs', 'configs'))]

    for file in (wheel, sdist):
        site = tmp_path / f'site of {file.name}'
        install = ('install', '--quiet', '--no-deps', '--target', site, file)
        run(sys.executable, '-m', 'pip', *install)
        code = (
            'from lsmatting_plugin.apis import MattingInferencer; import numpy as np; '
            'import lsmatting_plugin; print(lsmatting_plugin.__file__); '
            "inferencer = MattingInferencer(device='cpu'); "
            'image = np.zeros((64, 64, 3), np.uint8); trimap = np.full((64, 64), 128, np.uint8); '
            "print(inferencer(image, trimap)['pred_alpha'].shape)"
        )
        printed = subprocess.run(
            [sys.executable, '-c', code],
            cwd=tmp_path,
            env={'PYTHONPATH': str(site), 'PATH': ''},
            capture_output=True,
            text=True,
        )
        assert printed.returncode == 0, printed.stderr
        assert str(site) in printed.stdout and '(64, 64)' in printed.stdout
