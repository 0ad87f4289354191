"""The metrics of a test as a file, per image and on average."""

import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.dist import collect_results, is_main_process
from mmengine.hooks import Hook

from ..evaluation.metrics import image_name
from ..evaluation.results import Results, means_of, require_suffix
from ..registry import HOOKS
from .matte_writer_hook import MatteWriterHook

# A file of an image, and the field in which a data sample names it.
PATHS = dict(image='merged_path', trimap='trimap_path', alpha='alpha_path')


@HOOKS.register_module()
class ResultsWriterHook(Hook):
    """Writes the metrics after a test, and the seconds that each prediction took.

    Args:
        out (str | Sequence[str]): Files, each ``.json`` or ``.csv``, see :class:`.Results`.

    Raises:
        ValueError: One ends otherwise.
    """

    priority = 'VERY_LOW'  # after the metrics are logged, should they not find room in a file

    def __init__(self, out: str | Sequence[str]) -> None:
        self.out = [out] if isinstance(out, str) else list(out)
        for path in self.out:
            require_suffix(path)

    def before_test(self, runner) -> None:
        """Starts to time the predictions."""
        self.images: list[dict] = []
        self.seconds = 0.0
        predict = runner.model.test_step

        def timed(data):
            _wait_for_device()
            start = time.perf_counter()
            samples = predict(data)
            _wait_for_device()
            self.seconds = time.perf_counter() - start
            return samples

        runner.model.test_step = timed

    def after_test_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Notes time and files of one batch."""
        writers = [hook for hook in runner.hooks if isinstance(hook, MatteWriterHook)]
        for sample in outputs:
            paths = {key: sample.get(field) for key, field in PATHS.items() if field in sample}
            for writer in writers:
                paths['matte'] = str(writer.path_of(sample))
            name = image_name(sample, len(self.images))
            self.images.append(dict(name=name, seconds=self.seconds / len(outputs), paths=paths))

    def after_test_epoch(self, runner, metrics: dict[str, float] | None = None) -> None:
        """Gathers what each metric kept per image; only the main process has it, and writes."""
        dataset = runner.test_loop.dataloader.dataset
        images = collect_results(self.images, len(dataset))
        if not is_main_process():
            return
        for metric in runner.test_evaluator.metrics:
            key = '/'.join(filter(None, (metric.prefix, type(metric).__name__)))  # as logged
            scores = deque(getattr(metric, 'per_image', []))  # of these images, in this order
            for image in images:
                if scores and scores[0][0] == image['name']:
                    image[key] = scores.popleft()[1]
        mean = {key: float(value) for key, value in (metrics or {}).items()}
        mean |= means_of('seconds', [(image['name'], image['seconds']) for image in images])
        protocols = {getattr(metric, 'protocol', None) for metric in runner.test_evaluator.metrics}
        results = Results(
            name=Path(runner.cfg.filename or runner.work_dir).stem,
            images=images,
            mean=mean,
            protocol=protocols.pop() if len(protocols) == 1 else None,
            test_set=getattr(dataset, 'description', None),
        )
        for path in self.out:
            results.write(path)
            runner.logger.info(f'Metrics of {len(images)} images written to {path}')

    def after_test(self, runner) -> None:
        """Ends the timing."""
        vars(runner.model).pop('test_step', None)


def _wait_for_device() -> None:
    """Until a GPU has done what it was told; a CPU has."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
