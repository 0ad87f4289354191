"""Independent jobs over the machines of a Ray cluster, as :mod:`.parallel` over processes."""

import logging
import math
import os
import pickle
import socket
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from typing import Any

import cv2

from .parallel import Job, Result, available_cores
from .silence import silenced

INSTALL = "pip install 'lsmatting-plugin[ray]', or -r requirements/ray.txt in a checkout"
# Jobs that a worker takes at a time, and does again when it dies; Ray's own work for each such
# block, some milliseconds, is then small beside theirs.
MAX_BLOCK = 16
BLOCKS_PER_WORKER = 16  # at least, so that all workers are busy to the end
RETRIES = 2  # of a block whose worker died
PATIENCE = 20  # seconds, before a word about what is waited for
OBJECT_STORE = 256 * 2**20  # of a Ray of our own: it holds paths only; what is more goes to disk


class RayWorkers:
    """Workers of a Ray cluster, each with its own model; a context manager.

    Args:
        prepare (Callable, optional): What a worker does before its jobs, such as building the model
            that it keeps; picklable. One worker does it on entry.
        address (str, optional): Of the cluster: ``'auto'`` on one of its machines, or
            ``'host:port'``; None starts a Ray on this machine, which ends on exit.
        num_workers (int, optional): Defaults to as many as the cluster has room for.
        cpus_per_worker (int): Cores, and threads, of each.
        gpus_per_worker (float, optional): Defaults to one where the cluster has any.

    Attributes:
        prepared: What ``prepare`` returned to that first worker.

    Raises:
        ModuleNotFoundError: Ray Data is not installed.
        ConnectionError: There is no cluster at the address.
        ValueError: It has no room for a worker, or a worker could not be prepared.
    """

    def __init__(
        self,
        prepare: Callable[[], Any] | None = None,
        address: str | None = None,
        num_workers: int | None = None,
        cpus_per_worker: int = 1,
        gpus_per_worker: float | None = None,
    ) -> None:
        if (num_workers is not None and num_workers < 1) or cpus_per_worker < 1:
            raise ValueError('there must be 1 worker or more, with 1 core or more each')
        self.prepare = prepare
        self.address = address
        self.num_workers = num_workers
        self.cpus_per_worker = cpus_per_worker
        self.gpus_per_worker = gpus_per_worker
        self.prepared = None
        self._ray = _import_ray()

    def __enter__(self) -> 'RayWorkers':
        self._connect()
        try:
            self._share_out()
            # Ends with its process, and so leaves the model's memory to the others.
            trial = self._ray.remote(max_calls=1, max_retries=0, **self._resources)(_prepare)
            prepared = trial.remote(self.prepare, self.cpus_per_worker)
            if not self._ray.wait([prepared], timeout=PATIENCE)[0]:
                print(f'Waiting for the first worker; {self._room}', file=sys.stderr)
            self.prepared = self._ray.get(prepared)
        except self._ray.exceptions.RayError as error:
            self.__exit__()
            cause = getattr(error, 'cause', None)
            if isinstance(cause, OSError | ValueError):
                raise cause from None
            raise ValueError(
                f'a worker could not be prepared, of which Ray says: {error}\n'
                'Do all machines have this package, in one version?'
            ) from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        with redirect_stdout(sys.stderr):  # where Ray tells of workers that died
            self._ray.shutdown()

    def unordered_map(
        self, work: Callable[[Job], Result], jobs: Iterable[Job]
    ) -> Iterator[tuple[Job, Result | RuntimeError]]:
        """Does jobs, and tells of each as it is finished; like :func:`.parallel.unordered_map`.

        What a dying worker or a lost machine did not finish is done again. What was several times
        without result is done job by job in the end, so that only the job that kills its worker is
        lost.

        Args:
            work (Callable): Takes a job; picklable, as jobs and results are.
            jobs (Iterable): What to do.

        Yields:
            A job and its result, in any order; the result is an error where its worker died again
            and again.
        """
        assert self.num_workers is not None  # since it was entered
        left = dict(enumerate(jobs))
        num_blocks = BLOCKS_PER_WORKER * self.num_workers
        block = min(MAX_BLOCK, math.ceil(len(left) / num_blocks))
        for jobs_per_block in (block, 1):
            for number, result in self._pass(work, left, jobs_per_block):
                yield left.pop(number), result
        for job in left.values():
            yield job, RuntimeError('its worker died whenever this was tried; out of memory?')

    def _connect(self) -> None:
        settings = {}
        if self.address is None:
            cores = self.cpus_per_worker * (self.num_workers or 1)
            settings = dict(
                num_cpus=max(cores, available_cores()),
                object_store_memory=OBJECT_STORE,
                include_dashboard=False,
            )
        try:
            host, _, port = (self.address or '').rpartition(':')
            if port.isdigit() and '://' not in host:  # Ray itself would try for minutes
                socket.create_connection((host.strip('[]'), int(port)), PATIENCE).close()
            with silenced(sys.stderr, 2):  # on which Ray's C++ tells of its own level of logging
                self._ray.init(
                    self.address or 'local',
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                    **settings,
                )
        except (OSError, RuntimeError, ValueError) as error:
            raise ConnectionError(f'No Ray at {self.address or "this machine"}: {error}') from error

    def _share_out(self) -> None:
        """Decides what each worker gets, and how many there are."""
        there = self._ray.cluster_resources()
        cpus, gpus = there.get('CPU', 0), there.get('GPU', 0)
        if self.gpus_per_worker is None:
            self.gpus_per_worker = 1 if gpus else 0
        self._resources = dict(num_cpus=self.cpus_per_worker, num_gpus=self.gpus_per_worker)
        self._room = (
            f'a worker takes {self.cpus_per_worker} CPUs and {self.gpus_per_worker:g} GPUs; there '
            f'are {cpus:g} CPUs and {gpus:g} GPUs in all'
        )
        most = int(cpus // self.cpus_per_worker)
        if self.gpus_per_worker:
            most = min(most, int(gpus // self.gpus_per_worker))
        may_grow = self.address is not None and self.num_workers is not None
        if most < (self.num_workers or 1) and not may_grow:
            raise ValueError(f'no room for {self.num_workers or 1} workers: {self._room}')
        self.num_workers = self.num_workers or most

    def _pass(
        self, work: Callable, jobs: dict[int, Any], jobs_per_block: int
    ) -> Iterator[tuple[int, Any]]:
        """Numbers and results of jobs, without those whose worker died too often."""
        if not jobs:
            return
        assert self.num_workers is not None
        data = self._ray.data
        with data.DataContext.current(self._context()), redirect_stdout(sys.stderr):
            blocks = data.from_items(
                [pickle.dumps(numbered) for numbered in jobs.items()],
                override_num_blocks=math.ceil(len(jobs) / jobs_per_block),
            )
            with warnings.catch_warnings():
                # These two go with Ray 2.64, and retries would be endless without them.
                warnings.simplefilter('ignore', self._ray.util.annotations.RayDeprecationWarning)
                results = blocks.map(
                    _Worker,
                    fn_constructor_args=(work, self.prepare, self.cpus_per_worker),
                    # One block at a time: no other waits behind one that kills its worker.
                    compute=data.ActorPoolStrategy(
                        size=min(self.num_workers, len(jobs)), max_tasks_in_flight_per_actor=1
                    ),
                    max_restarts=-1,  # machines may come and go
                    max_task_retries=RETRIES,
                    **self._resources,
                )
            for row in results.iter_rows():
                yield pickle.loads(row['numbered_result'])

    def _context(self) -> Any:
        context = self._ray.data.DataContext.get_current().copy()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.max_errored_blocks = -1  # what is lost with its worker is tried once more
        context.execution_no_progress_timeout_s = -1  # a large photo may take an hour
        return context


class _Worker:
    """What Ray Data keeps in each of its processes."""

    def __init__(self, work: Callable, prepare: Callable | None, num_threads: int) -> None:
        _prepare(prepare, num_threads)
        self._work = work

    def __call__(self, row: dict) -> dict:
        number, job = pickle.loads(row['item'])
        try:
            done = pickle.dumps((number, self._work(job)))
            pickle.loads(done)  # some libraries' errors cannot be brought back
        except Exception as error:
            done = pickle.dumps((number, RuntimeError(f'{type(error).__name__}: {error}')))
        return dict(numbered_result=done)


def _prepare(prepare: Callable[[], Any] | None, num_threads: int) -> Any:
    """In a worker: it has as many threads as cores of its own."""
    import torch

    os.environ['NUMBA_NUM_THREADS'] = str(num_threads)
    cv2.setNumThreads(num_threads)
    torch.set_num_threads(num_threads)
    return prepare() if prepare else None


def _import_ray() -> Any:
    """Ray with Ray Data, of few words."""
    os.environ.setdefault('RAY_USAGE_STATS_ENABLED', '0')
    os.environ.setdefault('RAY_BACKEND_LOG_LEVEL', 'fatal')
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ModuleNotFoundError(f'Ray Data is needed ({error}): {INSTALL}') from error
    for handler in logging.getLogger('ray.data').handlers:
        if isinstance(handler, logging.StreamHandler):  # not that of Ray's own log file
            handler.setLevel(logging.CRITICAL)
    return ray
