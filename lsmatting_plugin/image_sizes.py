"""The size that images of one thing have in common."""

from collections.abc import Sequence


def common_size(results: dict, keys: Sequence[str]) -> tuple[int, int]:
    """Height and width that the images under ``keys`` have in common.

    Raises:
        ValueError: If two of them differ; it names both, their files where known and their sizes.
    """
    first, *others = keys
    size = results[first].shape[:2]
    for other in others:
        if results[other].shape[:2] != size:
            raise ValueError(
                f'{_describe(results, first)} and {_describe(results, other)} must have the same '
                'size; check that the two files belong together'
            )
    return size


def _describe(results: dict, key: str) -> str:
    height, width = results[key].shape[:2]
    path = results.get(f'{key}_path', 'not from a file')
    return f'{key} ({path}, height {height}, width {width})'
