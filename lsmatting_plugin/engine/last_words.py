"""What somebody is told whose training ended before its time."""

import signal
import traceback
from pathlib import Path

from mmengine.runner import Runner
from torch import nn
from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

from .interrupt_hook import InterruptHook
from .loading_error import LoadingError, loading_errors
from .runner_parts import hooks_of

OUT_OF_MEMORY = ', as the system does when memory runs out'


def last_checkpoint(work_dir: str | Path) -> str | None:
    """The checkpoint from which a run of a work folder goes on, or None where it left none.

    Raises:
        FileNotFoundError: It left one that is gone.
    """
    note = Path(work_dir, 'last_checkpoint')
    if not note.is_file():
        return None
    path = Path(note.read_text().strip())
    if path.is_file():
        return str(path)
    beside = note.with_name(path.name)  # of a folder that was moved
    if path.name and beside.is_file():
        return str(beside)
    others = ', '.join(sorted(map(str, note.parent.glob('*.pth')))) or 'there is none'
    raise FileNotFoundError(
        f'{note} names {path}, which is gone: give another by --resume CHECKPOINT ({others}), or '
        'leave --resume out to begin anew'
    )


def how_to_go_on(work_dir: str | Path) -> str:
    """Which checkpoint a run left, and how it is resumed."""
    try:
        checkpoint = last_checkpoint(work_dir)
    except FileNotFoundError as error:
        return str(error)
    if checkpoint is None:
        return f'There is no checkpoint in {work_dir} to go on from.'
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
    """Trains; where a batch cannot be loaded, saves what is done, and logs where that was.

    Raises:
        LoadingError: A batch could not be loaded.
    """
    try:
        with loading_errors():
            return runner.train()
    except LoadingError as error:
        runner.logger.error(''.join(traceback.format_exception(error)))  # to the file alone
        for hook in hooks_of(runner, InterruptHook):
            hook.save_before_failure(runner)
        raise
