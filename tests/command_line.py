"""How the command-line tools are run from the outside."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*command, cwd=ROOT, **more_options):
    """Runs a command from the checkout and returns what it printed."""
    settings = [f'{key}={value}' for key, value in more_options.items()]
    if settings:
        command = (*command, '--cfg-options', *settings)
    environment = {**os.environ, 'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1'}
    environment.pop('PYTHONPATH', None)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def write_config(cfg, path):
    """Writes a config as a file that the tools read; its work folder is left to them."""
    settings = cfg.to_dict()
    for name in ('work_dir', 'experiment_name'):
        del settings[name]
    path.write_text(''.join(f'{key} = {value!r}\n' for key, value in settings.items()))
    return path
