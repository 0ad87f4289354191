"""What ended a job of several processes."""

import signal

from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

OUT_OF_MEMORY = ', as the system does when memory runs out'


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
