"""What once broke a reader does so no more; `make fuzz` looks for more."""

from pathlib import Path

import pytest
from fuzz_targets import TARGETS

CRASHES = sorted(path for path in Path(__file__).parent.glob('crashes/*/*') if path.is_file())


@pytest.mark.parametrize('path', CRASHES, ids=lambda path: f'{path.parent.name}/{path.name}')
def test_what_fuzzing_found_stays_mended(path):
    TARGETS[path.parent.name].check(path.read_bytes())
