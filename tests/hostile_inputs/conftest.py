import os
import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hostile_files import PHOTO, TRIMAP

from lsmatting_plugin.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder, with photo.png, trimap.png and mask.png of one size."""
    monkeypatch.chdir(tmp_path)
    cv2.imwrite('photo.png', PHOTO)
    cv2.imwrite('trimap.png', TRIMAP)
    cv2.imwrite('mask.png', np.where(TRIMAP > 0, np.uint8(255), np.uint8(0)))
    return tmp_path


@pytest.fixture
def lsmatting(capfd):
    """Run a command in this process; returns exit status, stdout and the lines of stderr."""

    def run(*arguments):
        try:
            status = main([os.fspath(argument) for argument in arguments])
        except SystemExit as error:  # argparse
            status = error.code
        captured = capfd.readouterr()
        return status, captured.out, captured.err.splitlines()

    return run


@pytest.fixture
def tool(capfd, monkeypatch):
    """Run a script of tools/ in this process; returns as ``lsmatting``."""

    def run(script, *arguments):
        monkeypatch.setattr(sys, 'argv', [script, *map(os.fspath, arguments)])
        status = 0
        try:
            runpy.run_path(str(ROOT / 'tools' / script), run_name='__main__')
        except SystemExit as error:
            status = error.code
        captured = capfd.readouterr()
        said = captured.err.splitlines()
        if isinstance(status, str):  # Python prints it and ends with 1
            status, said = 1, said + status.splitlines()
        return status, captured.out, said

    return run
