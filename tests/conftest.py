from pathlib import Path

import pytest


@pytest.fixture(scope='session')
def shared_dir() -> Path:
    """The folder shared/ beside the repository; tests that ask for it skip where it is absent."""
    folder = Path(__file__).resolve().parents[1].parent / 'shared'
    if not folder.is_dir():
        pytest.skip('no folder shared/ beside the repository')
    return folder


@pytest.fixture(scope='session')
def golden_dir(shared_dir) -> Path:
    """The folder shared/golden/: inputs and outputs of the original implementation."""
    folder = shared_dir / 'golden'
    if not folder.is_dir():
        pytest.skip('no folder golden/ in shared/')
    return folder
