import importlib.util

import pytest


@pytest.fixture(autouse=True, scope='session')
def whole_mmedit():
    """Tests of this folder need mmedit with all that it imports."""
    missing = [name for name in ('mmedit', 'lpips') if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f'{", ".join(missing)} is not installed: make setup-mmedit, make test-mmedit')
