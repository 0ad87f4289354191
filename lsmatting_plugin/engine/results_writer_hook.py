"""The metrics of a test as a file, per image and on average."""

import time
from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.dist import collect_results, is_main_process
from mmengine.hooks import Hook

from ..evaluation.metrics import image_name
from ..evaluation.results import Results, means_of, require_suffix
from ..registry import HOOKS
from .image_names import ImageNames
from .matte_writer_hook import MatteWriterHook
from .runner_parts import hooks_of

# A file of an image, and the field in which a data sample names it.
PATHS = dict(image='merged_path', trimap='trimap_path', alpha='alpha_path')


@HOOKS.register_module()
class ResultsWriterHook(Hook):
    """Writes the metrics after a test, and the seconds that each prediction took.

    Images are called as :class:`.ImageNames` tells them apart; means by folder are those of the
    metrics, of a benchmark's folders alone.

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
        self.names = ImageNames(runner.test_loop.dataloader.dataset)
        self.images: list[tuple[str, dict]] = []  # what metrics call an image, and its entry
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
        writers = hooks_of(runner, MatteWriterHook)
        for sample in outputs:
            paths = {key: sample.get(field) for key, field in PATHS.items() if field in sample}
            for writer in writers:
                paths['matte'] = str(writer.path_of(sample))
            number, seconds = len(self.images), self.seconds / len(outputs)
            image = dict(name=self.names.of(sample, number), seconds=seconds, paths=paths)
            self.images.append((image_name(sample, number), image))

    def after_test_epoch(self, runner, metrics: dict[str, float] | None = None) -> None:
        """Gathers what each metric kept per image; only the main process has it, and writes."""
        dataset = runner.test_loop.dataloader.dataset
        collected = collect_results(self.images, len(dataset))
        if not is_main_process():
            return
        seconds = means_of('seconds', [(name, image['seconds']) for name, image in collected])
        images = [image for _, image in collected]
        for metric in runner.test_evaluator.metrics:
            key = '/'.join(filter(None, (metric.prefix, type(metric).__name__)))  # as logged
            if not (scores := getattr(metric, 'per_image', None)):
                continue
            for image, (_, score) in zip(images, scores, strict=True):  # in the same order
                if score is not None:
                    image[key] = score
        mean = {key: float(value) for key, value in (metrics or {}).items()} | seconds
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
