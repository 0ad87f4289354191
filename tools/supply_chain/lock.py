"""Pins requirements.txt with hashes, for all platforms, in requirements.lock.

python tools/supply_chain/lock.py .venv-supply/bin/uv [--upgrade]
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from requirement_files import LOCK, ROOT

from lsmatting_plugin.whole_files import write_file

HEADER = """\
# requirements.txt and all that it needs, pinned with hashes for every platform and Python >= 3.10.
# Made by:  make lock
# Used by:  pip install --require-hashes -r requirements.lock
# The hashes are those of the package index's files. torch from elsewhere, such as a build without
# CUDA, has others: install it first, and then the rest of this file, which for such a torch is all
# but torch, triton, cuda-* and nvidia-*.
"""


def main() -> None:
    """Has uv resolve the requirements; what is pinned already stays where it still fits."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, LOCK.name)
        if LOCK.exists():
            shutil.copy(LOCK, target)
        command = [
            *(sys.argv[1], 'pip', 'compile', 'requirements.txt', '--output-file', target),
            *('--universal', '--python-version', '3.10', '--generate-hashes'),
            *('--quiet', '--no-header', '--no-config', *sys.argv[2:]),
        ]
        try:
            subprocess.run(command, cwd=ROOT, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            reason = error if isinstance(error, OSError) else 'uv failed, as it says above'
            sys.exit(f'{LOCK.name} stays as it was: {reason}')
        write_file((HEADER + target.read_text(encoding='utf-8')).encode(), LOCK)


if __name__ == '__main__':
    main()
