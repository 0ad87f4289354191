"""What can be compared of the results of several methods, and where they differ."""

import filecmp
import itertools
from collections import Counter
from pathlib import Path, PurePosixPath
from statistics import fmean
from typing import NamedTuple

from .functional import SHORT_NAMES
from .results import Results, read_results

COLUMNS = {**SHORT_NAMES, 'seconds': 's / image'}  # lower is better in all of them


class Method(NamedTuple):
    """The results of one method.

    Attributes:
        label (str): What it is called here.
        results (Results): As read.
        images (dict[str, dict]): Those of the results by their name without extension, in which a
            test and a folder of mattes may differ.
    """

    label: str
    results: Results
    images: dict[str, dict]


def read_method(path: str | Path, label: str = '') -> Method:
    """The results in a file.

    Args:
        path (str | Path): See :func:`.read_results`.
        label (str): What the method is called; empty is what the file calls it.

    Raises:
        FileNotFoundError: The file is not there.
        ValueError: It holds no results, or two images of one name.
    """
    results = read_results(path)
    names = [str(PurePosixPath(image['name']).with_suffix('')) for image in results.images]
    name, count = Counter(names).most_common(1)[0] if names else ('', 0)
    if count > 1:
        raise ValueError(
            f'{path} has {count} images called {name}, and extensions do not count: rename them, '
            'or put them in different folders, and test anew, which lists images of one name with '
            'their folders'
        )
    return Method(label or results.name, results, dict(zip(names, results.images, strict=True)))


def common_ground(methods: list[Method]) -> tuple[list[str], list[str], list[str]]:
    """What can be compared.

    Returns:
        The images for which every method has all its metrics; the metrics that any method has; and
        what makes the comparison less than fair, in words.

    Raises:
        ValueError: Protocols differ, or no image or metric is common.
    """
    protocols = {method.label: method.results.protocol for method in methods}
    known = {protocol for protocol in protocols.values() if protocol}
    if len(known) > 1:
        listed = ', '.join(f'{label}: {protocol}' for label, protocol in protocols.items())
        raise ValueError(f'Errors of different protocols cannot be compared ({listed})')
    notes = []
    silent = [label for label, protocol in protocols.items() if not protocol]
    if silent:
        notes.append(f'By which protocol {", ".join(silent)} was scored is not known')

    metrics = {
        method.label: [key for key in COLUMNS if any(key in i for i in method.images.values())]
        for method in methods
    }
    scored = [
        [name for name, image in method.images.items() if set(metrics[method.label]) <= set(image)]
        for method in methods
    ]
    names = [name for name in scored[0] if all(name in others for others in map(set, scored[1:]))]
    all_metrics = [key for key in COLUMNS if any(key in keys for keys in metrics.values())]
    if not names or all_metrics in ([], ['seconds']):
        counts = ', '.join(f'{method.label}: {len(method.images)}' for method in methods)
        raise ValueError(f'No image was scored for all methods (images: {counts})')
    everything = set().union(*(method.images for method in methods))
    if len(names) < len(everything):
        counts = ', '.join(
            f'{method.label} {len(found)}' for method, found in zip(methods, scored, strict=True)
        )
        notes.append(
            f'Means are over the {len(names)} images that all methods have in common, of '
            f'{len(everything)} (scored: {counts})'
        )
    return names, all_metrics, notes + _different_files(methods, names)


def _different_files(methods: list[Method], names: list[str]) -> list[str]:
    """Of which images two methods were scored on different files, in words."""
    notes = []
    for (one, other), key in itertools.product(
        itertools.pairwise(methods), ('image', 'trimap', 'alpha')
    ):
        pairs = [
            [Path(method.images[name].get('paths', {}).get(key, '')) for method in (one, other)]
            for name in names
        ]
        count = sum(
            a != b and a.is_file() and b.is_file() and not filecmp.cmp(a, b, shallow=False)
            for a, b in pairs
        )
        if count:
            notes.append(
                f'{one.label} and {other.label} were scored with different files ({key}) for '
                f'{count} of {len(names)} images'
            )
    return notes


class MeanErrors(NamedTuple):
    """Means over some images.

    Attributes:
        title (str): Which images they are.
        columns (list[str]): Short names of the metrics.
        rows (dict[str, list[float | None]]): Method -> its means; None for a metric that it lacks.
    """

    title: str
    columns: list[str]
    rows: dict[str, list[float | None]]


def mean_errors(methods: list[Method], names: list[str], metrics: list[str]) -> list[MeanErrors]:
    """The mean errors over all images, and over each folder of which a method has means.

    Args:
        methods (list[Method]): Those compared.
        names (list[str]): Of the images that they have in common.
        metrics (list[str]): Keys of :data:`COLUMNS`.
    """
    folders: dict[str, list[str]] = {}
    for name in names:
        folder = str(PurePosixPath(name).parent)
        if any(f'{metric}/{folder}' in m.results.mean for m in methods for metric in metrics):
            folders.setdefault(folder, []).append(name)
    protocol = next((m.results.protocol for m in methods if m.results.protocol), 'unknown')
    title = f'Mean errors of {len(names)} images, protocol {protocol}, lower is better'
    groups = {title: names}
    groups |= {f'{folder}: {len(group)} images': group for folder, group in folders.items()}
    columns = [COLUMNS[key] for key in metrics]
    return [
        MeanErrors(title, columns, {m.label: _means(m, group, metrics) for m in methods})
        for title, group in groups.items()
    ]


def _means(method: Method, names: list[str], metrics: list[str]) -> list[float | None]:
    """Of some images; None for a metric that the method lacks."""
    images = [method.images[name] for name in names]
    return [fmean(image[key] for image in images) if key in images[0] else None for key in metrics]


def choose(
    methods: list[Method], names: list[str], metric: str, number: int
) -> tuple[list[Method], list[str], list[str]]:
    """What to show as crops: images in which the methods differ most, of one method the worst.

    Args:
        methods (list[Method]): Those compared.
        names (list[str]): Of the images that they have in common.
        metric (str): By which they differ.
        number (int): Of images, at most.

    Returns:
        The methods whose mattes are there; names of the images, in that order; and what is missing,
        in words.
    """

    def spread(name: str) -> float:
        errors = [m.images[name][metric] for m in methods if metric in m.images[name]]
        return max(errors) - min(errors) if len(errors) > 1 else errors[0]

    def is_complete(name: str) -> bool:
        has_truth = all(path_of(methods, name, key) for key in ('trimap', 'alpha'))
        return has_truth and all(path_of([method], name, 'matte') for method in drawn)

    drawn = [m for m in methods if any(path_of([m], name, 'matte') for name in names)]
    complete = [name for name in names if drawn and is_complete(name)]
    notes = []
    absent = ', '.join(method.label for method in methods if method not in drawn)
    if number and absent:
        notes.append(f'No crops of {absent}: no mattes are where the results say; see --show-dir')
    if number and drawn and not complete:
        notes.append('No crops: trimaps, true alphas or mattes are not where the results say')
    return drawn, sorted(complete, key=spread, reverse=True)[:number], notes


def path_of(methods: list[Method], name: str, key: str) -> str | None:
    """The file of an image, if it is there, that any of the methods knows."""
    paths = (method.images[name].get('paths', {}).get(key) for method in methods)
    return next((path for path in paths if path and Path(path).is_file()), None)
