"""Trainings as processes, for what only a process can suffer."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
from command_line import ROOT, write_config

TIME_LIMIT = 240  # seconds; a training takes 10 on an idle machine


@pytest.fixture(scope='session')
def tiny_config(make_tiny_cfg, tmp_path_factory):
    """A config file of a tiny training: epochs of three iterations, each saved and validated."""
    cfg = make_tiny_cfg('unused')
    cfg.train_dataloader.update(num_workers=2, persistent_workers=True)
    cfg.val_dataloader.update(num_workers=1)
    cfg.val_evaluator = [dict(type='SAD'), dict(type='MattingMSE')]
    return write_config(cfg, tmp_path_factory.mktemp('config') / 'tiny.py')


@pytest.fixture
def start(tmp_path):
    """Start a command in a session of its own; what still runs at the end of the test is killed.

    What it prints goes to its attribute ``printed``, a file.
    """
    started = []

    def run(*command, cwd=ROOT, **variables):
        printed = tmp_path / f'printed_{len(started)}'
        environment = {
            **os.environ,
            'PYTHON': sys.executable,
            'OMP_NUM_THREADS': '1',
            **variables,
        }
        with open(printed, 'w') as file:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.printed = printed
        started.append(process)
        return process

    yield run
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def end(start):
    """Run a command to its end; returns its exit status and the lines that it printed."""

    def run(*command, **options):
        process = start(*command, **options)
        status = process.wait(timeout=TIME_LIMIT)
        return status, process.printed.read_text().splitlines()

    return run
