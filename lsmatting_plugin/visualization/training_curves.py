"""The logs of training runs as curves."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .charts import line_charts

SCALARS = 'vis_data/scalars.json'
# What is no curve, or would be the same curve again.
NO_CURVES = {'step', 'iter', 'epoch', 'time', 'data_time', 'memory', 'base_lr'}


def curves_of(runs: 'Mapping[str, Run]', keys: Sequence[str] | None = None) -> bytes:
    """Charts of what runs logged, one per quantity, with a line for each run.

    Args:
        runs (Mapping[str, Run]): By the names that they have in the legend.
        keys (Sequence[str], optional): Quantities; those of :func:`choose_keys` by default.

    Returns:
        bytes: A PNG.
    """
    charts, x_labels = {}, {}
    for key in keys or choose_keys(list(runs.values())):
        lines = {name: run.curve(key) for name, run in runs.items()}
        charts[key] = {name: line for name, line in lines.items() if line[0]}
        x_labels[key] = next(run.x_label(key) for run in runs.values() if run.curve(key)[0])
    return line_charts(charts, x_labels)


class Run(NamedTuple):
    """The logs of a training run.

    Attributes:
        path (Path): As given.
        train (dict[int, dict]): Iteration -> what was logged.
        val (dict[int, dict]): Epoch or, of runs by iterations, iteration -> metrics.
        num_broken (int): Lines that could not be read.
    """

    path: Path
    train: dict[int, dict]
    val: dict[int, dict]
    num_broken: int

    def curve(self, key: str) -> tuple[list[int], list[float]]:
        """Where a quantity was logged, and its values."""
        logs = self.train if any(key in entry for entry in self.train.values()) else self.val
        points = [(step, entry[key]) for step, entry in sorted(logs.items()) if key in entry]
        return [step for step, _ in points], [value for _, value in points]

    def x_label(self, key: str) -> str:
        """What the steps of a quantity are; mmengine counts those of validations in epochs."""
        last_epoch = max((entry.get('epoch', 0) for entry in self.train.values()), default=0)
        is_val = not any(key in entry for entry in self.train.values())
        return 'epoch' if is_val and max(self.val, default=0) <= last_epoch else 'iter'

    def quantities(self) -> list[str]:
        """All that was logged."""
        entries = [*self.train.values(), *self.val.values()]
        found = (key for entry in entries for key in entry if key not in NO_CURVES)
        return list(dict.fromkeys(found))


def read_run(path: Path) -> Run:
    """The logs of a work folder, or of one file.

    Raises:
        FileNotFoundError: There is no log.
        ValueError: A file holds no numbers.
    """
    files = sorted(path.glob(f'*/{SCALARS}')) or sorted(path.glob(SCALARS))
    if path.is_file():
        files = [path]
    if not files:
        raise FileNotFoundError(f'No logs of a training run in {path}: no */{SCALARS}')
    train: dict[int, dict] = {}
    val: dict[int, dict] = {}
    num_broken = 0
    for file in files:
        entries, broken = read_scalars(file)
        new_train = {entry['step']: entry for entry in entries if is_training(entry)}
        new_val = {entry['step']: entry for entry in entries if not is_training(entry)}
        # A resumed run begins after the first steps, a new one of the same folder with them.
        if new_train and train and min(new_train) <= min(train):
            train, val = {}, {}
        train |= new_train
        val |= new_val
        num_broken += broken
    if not train and not val:
        raise ValueError(f'{", ".join(map(str, files))} holds no numbers of a training run')
    return Run(path, train, val, num_broken)


def read_scalars(file: Path) -> tuple[list[dict], int]:
    """The lines of a log, and how many of them are broken, as the last one of a killed run is."""
    entries = []
    lines = file.read_text(encoding='utf-8', errors='replace').splitlines()
    for line in lines:
        try:
            entry = json.loads(line)
            entry = {key: value for key, value in entry.items() if isinstance(value, int | float)}
        except (ValueError, AttributeError):
            continue
        if isinstance(entry.get('step'), int):
            entries.append(entry)
    return entries, sum(map(bool, lines)) - len(entries)


def is_training(entry: dict) -> bool:
    """Whether a line is of training iterations; others are of a validation."""
    return 'iter' in entry or 'lr' in entry or 'loss' in entry


def choose_keys(runs: Sequence[Run], wanted: Sequence[str] | None = None) -> list[str]:
    """The quantities to draw: those asked for, or all.

    Raises:
        ValueError: None of the runs has such a quantity.
    """
    found = list(dict.fromkeys(key for run in runs for key in run.quantities()))
    for key in wanted or ():
        if key not in found:
            raise ValueError(f'No {key} in these logs; there are {", ".join(found)}')
    if wanted:
        return list(dict.fromkeys(wanted))
    # A loss of one term is logged twice.
    terms = [key for key in found if key.startswith('loss_')]
    if len(terms) == 1 and all(run.curve(terms[0]) == run.curve('loss') for run in runs):
        found.remove(terms[0])
    order = dict(loss=0, lr=2)
    return sorted(found, key=lambda key: order.get(key, 1 if key.startswith('loss') else 3))
