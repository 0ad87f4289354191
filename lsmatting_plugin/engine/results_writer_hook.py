"""The metrics of a test as a file, per image and on average."""

import csv
import io
import json
from pathlib import Path, PurePath

from mmengine.dist import is_main_process
from mmengine.hooks import Hook

from ..image_io import write_file
from ..registry import HOOKS


@HOOKS.register_module()
class ResultsWriterHook(Hook):
    """Writes the metrics after a test.

    Args:
        out (str): ``.json``: ``{"mean": {metric: value}, "images": [{"name": ..., metric: value,
            ...}, ...]}``; ``.csv``: a line per image, the last named ``mean``. Where images are
            also averaged folder by folder, ``mean`` has ``metric/folder`` too, and the table a line
            ``mean of folder``.

    Raises:
        ValueError: ``out`` ends otherwise.
    """

    def __init__(self, out: str) -> None:
        self.out = Path(out)
        if self.out.suffix not in ('.json', '.csv'):
            raise ValueError(f'Results can be written as .json or .csv, not to {out}')

    def after_test_epoch(self, runner, metrics: dict[str, float] | None = None) -> None:
        """Gathers what each metric kept per image; only the main process has it, and writes."""
        if not is_main_process():
            return
        rows: list[dict] = []  # one per image, in the order of the data set
        for metric in runner.test_evaluator.metrics:
            key = '/'.join(filter(None, (metric.prefix, type(metric).__name__)))  # as logged
            for number, (name, value) in enumerate(getattr(metric, 'per_image', [])):
                if number == len(rows):
                    rows.append({'name': name})
                rows[number][key] = value
        mean = {key: float(value) for key, value in (metrics or {}).items()}
        text = _as_csv(mean, rows) if self.out.suffix == '.csv' else _as_json(mean, rows)
        write_file(text.encode(), self.out)
        runner.logger.info(f'Metrics of {len(rows)} images written to {self.out}')


def _as_json(mean: dict, rows: list[dict]) -> str:
    return json.dumps(dict(mean=mean, images=rows), indent=2) + '\n'


def _as_csv(mean: dict, rows: list[dict]) -> str:
    folders = sorted({str(PurePath(row['name']).parent) for row in rows} - {'.'})
    means = []
    for folder in folders:
        ending = f'/{folder}'
        here = {key: value for key, value in mean.items() if key.endswith(ending)}
        mean = {key: value for key, value in mean.items() if key not in here}
        line = {key.removesuffix(ending): value for key, value in here.items()}
        means.append({'name': f'mean of {folder}', **line})
    text = io.StringIO()
    table = csv.DictWriter(text, ['name', *mean], lineterminator='\n')
    table.writeheader()
    table.writerows([*rows, *means, {'name': 'mean', **mean}])
    return text.getvalue()
