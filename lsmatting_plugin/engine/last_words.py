"""What somebody is told whose training ended before its time."""

import signal
import time
from pathlib import Path

from mmengine.runner import Runner
from torch import nn
from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

OUT_OF_MEMORY = ', as the system does when memory runs out'


def how_to_go_on(work_dir: str | Path) -> str:
    """Which checkpoint a run left, and how it is resumed."""
    note = Path(work_dir, 'last_checkpoint')
    if not note.is_file():
        return f'There is no checkpoint in {work_dir} to go on from.'
    checkpoint = note.read_text().strip()
    return f'The last checkpoint is {checkpoint}: the same command with --resume goes on from it.'


def what_ended(failures: dict[int, ProcessFailure]) -> str:
    """Which process ended a job of several.

    One that was killed comes before those that missed it, which may be noticed sooner and fail or
    abort; those that torchrun then ended by SIGTERM come last.

    Args:
        failures (dict): Number of the process -> how torchrun saw it end.
    """

    def kind(item: tuple[int, ProcessFailure]) -> int:
        code = item[1].exitcode
        return 2 if code == -signal.SIGTERM else 1 if code >= 0 or code == -signal.SIGABRT else 0

    rank, failure = min(failures.items(), key=kind)
    process = f'Process {rank} (pid {failure.pid})'
    if failure.exitcode >= 0:
        return f'{process} ended with exit status {failure.exitcode}; it has said why above.'
    name = failure.signal_name()
    reason = OUT_OF_MEMORY if name == 'SIGKILL' else ''
    return f'{process} was killed by {name}{reason}; the others were ended.'


def train(runner: Runner) -> nn.Module:
    """Trains, and puts into words that a process which loads images was killed.

    Raises:
        ChildProcessError: It was. What torch, or the broken connection, raises then has a long
            traceback that leads elsewhere.
    """
    try:
        return runner.train()
    except (RuntimeError, OSError, EOFError) as error:
        death = _death_of_loader(error)
        if death is None:
            raise
        raise ChildProcessError(
            f'{death.strip()} That is a process which loads images, killed most often when memory '
            'runs out: fewer of them (--cfg-options train_dataloader.num_workers=1) need less.'
        ) from error


def _death_of_loader(error: BaseException | None) -> str | None:
    """What torch says of a killed loader process, if that is behind an error."""
    is_connection_lost = isinstance(error, OSError | EOFError)
    found = None
    while error is not None:
        if str(error).startswith('DataLoader worker'):
            found = str(error)  # the first in time says by which signal
        error = error.__cause__ or error.__context__
    if found is None and is_connection_lost:
        try:
            time.sleep(1)  # the news of its death may come later, by a signal; torch raises it here
        except RuntimeError as death:
            found = _death_of_loader(death)
    return found
