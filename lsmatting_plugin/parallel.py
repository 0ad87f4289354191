"""Independent jobs over processes."""

import argparse
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TypeVar

import cv2

Job = TypeVar('Job')
Result = TypeVar('Result')


def available_cores() -> int:
    """Cores that this process may use, at least 1."""
    if hasattr(os, 'sched_getaffinity'):  # not everywhere; respects taskset and cpusets
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def add_workers_option(parser: argparse.ArgumentParser) -> None:
    """The option ``--workers``: the ``num_workers`` of :func:`unordered_map`."""
    parser.add_argument(
        '--workers',
        type=int,
        default=available_cores(),
        metavar='N',
        help='processes (default: one per core); 0 works in one process',
    )


def unordered_map(
    work: Callable[[Job], Result], jobs: Iterable[Job], num_workers: int
) -> Iterator[tuple[Job, Result | BrokenProcessPool]]:
    """Does jobs in processes of one thread each, and tells of each as it is finished.

    When a process dies (killed for memory, say), what was not finished is done again, job by job,
    each in a process of its own, so that only the job that kills its process is lost. Leaving the
    iteration early, as with Ctrl-C, starts no further job.

    Args:
        work (Callable): Takes a job; picklable, as jobs and results are, when ``num_workers`` > 0.
        jobs (Iterable): What to do.
        num_workers (int): Processes; 0 works in this one.

    Yields:
        A job and its result, in any order; the result is a ``BrokenProcessPool`` error where the
        job's process died.

    Raises:
        ValueError: ``num_workers`` is negative.
    """
    if num_workers < 0:
        raise ValueError(f'The number of workers must not be negative, but is {num_workers}')
    if num_workers == 0:
        for job in jobs:
            yield job, work(job)
        return
    unfinished = []
    for job, result in _pooled(work, jobs, num_workers):
        if isinstance(result, BrokenProcessPool):
            unfinished.append(job)
        else:
            yield job, result
    for job in unfinished:
        yield from _pooled(work, [job], 1)


def worker_pool(num_workers: int, ignores_ctrl_c: bool = False) -> ProcessPoolExecutor:
    """Processes of one thread each, which end with this one however it ends.

    Args:
        num_workers (int): Started when there is work for them.
        ignores_ctrl_c (bool): Leaves it to this process what Ctrl-C, of which the terminal tells
            all of them, is to end; otherwise each ends with a traceback.
    """
    # 'spawn': a forked child would inherit locks of OpenCV's and torch's threads.
    context = multiprocessing.get_context('spawn')
    return ProcessPoolExecutor(
        num_workers, mp_context=context, initializer=_begin_worker, initargs=(ignores_ctrl_c,)
    )


def give_up(pool: ProcessPoolExecutor) -> None:
    """Lets a pool whose process died come to its end.

    Python 3.10's would wait for ever where a large job was just being sent: nobody reads the pipe
    any more, and this process holds its other end. Later ones close it themselves (gh-94777).
    """
    calls = getattr(pool, '_call_queue', None)
    if sys.version_info < (3, 11) and calls is not None:
        with suppress(OSError):  # nothing was being sent, and the sender closes it now
            calls._reader.close()


def _pooled(work: Callable, jobs: Iterable, num_workers: int) -> Iterator[tuple]:
    pool = worker_pool(num_workers)
    try:
        futures = {}
        for job in jobs:
            try:
                futures[pool.submit(work, job)] = job
            except BrokenProcessPool as error:
                give_up(pool)
                yield job, error
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool as error:
                give_up(pool)
                yield futures[future], error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_worker(ignores_ctrl_c: bool) -> None:
    """In a worker: it is one of as many as there are cores, and nothing without its parent."""
    if ignores_ctrl_c:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ['NUMBA_NUM_THREADS'] = '1'
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # a killed parent cannot tell its workers to end
