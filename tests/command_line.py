"""How the command-line tools are run from the outside."""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import mmengine.config.config

ROOT = Path(__file__).resolve().parents[1]
TIME_LIMIT = 300  # seconds

_READY = multiprocessing.get_context('forkserver')
_READY.set_forkserver_preload(['lsmatting_plugin.cli', 'lsmatting_plugin.engine.launch'])


def call(*command, cwd=ROOT, together=False):
    """Runs a command to its end, from the checkout.

    A script of Python is run in a process of its own which is forked from one that has imported
    torch and mmengine already; starting them takes longer than what most tests do.

    Args:
        *command: The script (``*.py``) or program, and its arguments.
        cwd: The current folder of the command.
        together: Whether what it prints to stderr is put into stdout.

    Returns:
        subprocess.CompletedProcess: With ``returncode``, ``stdout`` and ``stderr``.
    """
    words = [str(word) for word in command]
    environment = {**os.environ, 'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1'}
    environment.pop('PYTHONPATH', None)
    with tempfile.TemporaryDirectory() as folder:
        out, err = (Path(folder, name) for name in ('out', 'err'))
        run_it = _run_script if words[0].endswith('.py') else _run_program
        returncode = run_it(words, cwd, environment, out, out if together else err)
        err.touch()
        return subprocess.CompletedProcess(words, returncode, out.read_text(), err.read_text())


def _run_program(words, cwd, environment, out, err):
    with open(out, 'a') as out_file, open(err, 'a') as err_file:
        return subprocess.run(
            words, cwd=cwd, env=environment, stdout=out_file, stderr=err_file, timeout=TIME_LIMIT
        ).returncode


def _run_script(*arguments):
    process = _READY.Process(target=_become_script, args=arguments)
    process.start()
    process.join(TIME_LIMIT)
    if process.exitcode is None:
        process.kill()
    assert process.exitcode is not None, f'{arguments[0]} takes longer than {TIME_LIMIT} s'
    return process.exitcode


def _become_script(words, cwd, environment, out, err):
    """What ``python words`` does once it has started, without the look of the config it prints."""
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    multiprocessing.set_start_method(None, force=True)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    # mmengine formats a config thrice when a training starts, in seconds
    mmengine.config.config.FormatCode = lambda text, **_: (text, False)
    sys.argv = words
    sys.path[0] = str(Path(words[0]).parent)
    try:
        runpy.run_path(words[0], run_name='__main__')
    finally:
        # As the interpreter ends, of which multiprocessing leaves out one half and turns the other:
        # a pool that is still there would be waited for before it is told to end.
        threading._shutdown()
        atexit._run_exitfuncs()


def run(*command, cwd=ROOT, **more_options):
    """Runs a command from the checkout and returns what it printed."""
    settings = [f'{key}={value}' for key, value in more_options.items()]
    if settings:
        command = (*command, '--cfg-options', *settings)
    done = call(*command, cwd=cwd, together=True)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def refused(*command, **options):
    """Runs a command that cannot do as it is told, and says so without a traceback.

    Returns:
        str: What it printed to stderr.
    """
    done = call(*command, **options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'Traceback' not in done.stderr, done.stderr
    return done.stderr


def write_config(cfg, path):
    """Writes a config as a file that the tools read; its work folder is left to them."""
    settings = cfg.to_dict()
    for name in ('work_dir', 'experiment_name'):
        del settings[name]
    path.write_text(''.join(f'{key} = {value!r}\n' for key, value in settings.items()))
    return path
