"""Scoring beside the network: the metrics of an image are computed while the next is predicted."""

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple

from mmengine.evaluator import Evaluator
from mmengine.structures import BaseDataElement

from ..parallel import available_cores, give_up, worker_pool
from ..registry import EVALUATOR
from .metrics import ImageToScore, MattingMetric, Task, image_to_score

MAX_WAITING = 32  # images whose arrays are kept until they are scored
PATIENCE = 1.0  # seconds; what takes less than that in all is not worth starting processes


@EVALUATOR.register_module()
class MattingEvaluator(Evaluator):
    """Evaluates a list of metrics; matting metrics in worker processes.

    The first second of scoring is done in this process, so that small sets start no other. The
    results do not depend on where they were computed; a worker that dies loses none.

    Args:
        metrics: Configs of the metrics; those of other kinds are computed in this process.
        num_workers: Processes; 0 uses none but this. Defaults to half of the cores, at most 4.
        patience: Seconds of scoring before workers are started.
    """

    def __init__(
        self,
        metrics: Sequence[dict],
        num_workers: int | None = None,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(metrics)
        self.matting_metrics = [m for m in self.metrics if isinstance(m, MattingMetric)]
        self.other_metrics = [m for m in self.metrics if not isinstance(m, MattingMetric)]
        self.num_workers = min(4, available_cores() // 2) if num_workers is None else num_workers
        self.patience = patience
        self._pool: ProcessPoolExecutor | None = None
        self._waiting: deque[_Waiting] = deque()
        self._num_images = 0

    def process(
        self, data_samples: Sequence[BaseDataElement | dict], data_batch: Any = None
    ) -> None:
        """Scores a batch, now or soon.

        Args:
            data_samples: The model's outputs, see :class:`.MattingMetric`.
            data_batch: For metrics of other kinds.

        Raises:
            ValueError: An image of this batch or one before it cannot be scored; it is named.
        """
        fields = [x.to_dict() if isinstance(x, BaseDataElement) else x for x in data_samples]
        for metric in self.other_metrics:
            metric.process(data_batch, fields)
        if not self.matting_metrics:
            return
        requires_alpha = any(metric.requires_alpha for metric in self.matting_metrics)
        for sample in fields:
            image = image_to_score(sample, self._num_images, requires_alpha)
            self._num_images += 1
            self._score(image, [metric.task for metric in self.matting_metrics])
        self._collect(MAX_WAITING)

    def evaluate(self, size: int) -> dict[str, float]:
        """Waits for what is not scored yet, and averages.

        Args:
            size: Images of the data set.

        Returns:
            Name of each metric -> value.
        """
        self._collect(0)
        self._num_images = 0
        return super().evaluate(size)

    def abandon(self) -> None:
        """Forgets what is not scored yet: nobody will wait for it."""
        self._waiting.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _score(self, image: ImageToScore, tasks: list[Task]) -> None:
        future = None
        if image.alphas is not None and self.num_workers and self.patience <= 0:
            self._pool = self._pool or worker_pool(self.num_workers, ignores_ctrl_c=True)
            try:
                future = self._pool.submit(ImageToScore.errors, image, tasks)
            except BrokenProcessPool:
                self._drop_pool()  # a new one for the next image; this one is scored here
        if future is None:
            start = time.perf_counter()
            errors = image.errors(tasks)
            self.patience -= time.perf_counter() - start
            future = Future()
            future.set_result(errors)
        self._waiting.append(_Waiting(image, tasks, future))

    def _drop_pool(self) -> None:
        if self._pool is not None:
            give_up(self._pool)
            self._pool = None

    def _collect(self, max_waiting: int) -> None:
        """Takes over what is scored, in order, and waits until few enough images are not."""
        while self._waiting:
            image, tasks, future = self._waiting[0]
            if not future.done() and len(self._waiting) <= max_waiting:
                return
            self._waiting.popleft()
            try:
                errors = future.result()
            except BrokenProcessPool:
                self._drop_pool()
                errors = image.errors(tasks)
            for metric, error in zip(self.matting_metrics, errors, strict=True):
                metric.results.append((image.name, error))


class _Waiting(NamedTuple):
    """An image that a worker scores; kept in case that the worker dies."""

    image: ImageToScore
    tasks: list[Task]
    future: Future
