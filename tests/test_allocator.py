import platform
import subprocess
import sys

import pytest

from lsmatting_plugin import allocator

MAPS_ANEW = """
import resource, sys
import numpy as np
from lsmatting_plugin.allocator import keep_freed_memory

if sys.argv[1] == 'keep':
    assert keep_freed_memory()
for _ in range(3):
    np.ones(50_000_000, np.uint8)  # 50 MB, which is given back
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(50_000_000, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='not the allocator of glibc')
def test_memory_that_was_freed_is_not_mapped_anew():
    def faults(how):
        command = [sys.executable, '-c', MAPS_ANEW, how]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert faults('keep') < faults('default') / 5


def test_other_allocators_are_left_alone(monkeypatch):
    monkeypatch.setattr(allocator.ctypes, 'CDLL', lambda _: object())

    assert not allocator.keep_freed_memory()
