"""Names in the paper's released checkpoints and in ours."""

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar('T')

OFFICIAL_PREFIX = 'module.'  # of all the released format's names
# How names begin in the original implementation, and here; {} is the number of a stage.
NAMES = (
    ('backbone.', 'encoder.'),
    ('decoder.decoder_{}.conv1.', 'decoder.stage{}.conv.'),
    ('decoder.decoder_{}.norm1.', 'decoder.stage{}.norm.'),
    ('decoder.decoder_{}.fc.', 'decoder.stage{}.gate.'),
    ('decoder.final_final.', 'decoder.head.'),
)


def from_official(state_dict: Mapping[str, T]) -> dict[str, T]:
    """The same parameters under this project's names.

    Args:
        state_dict (Mapping): Parameters by the names of the released format
            (``module.backbone...``, ``module.decoder...``) or by ours, which stay as they are.

    Returns:
        dict: Parameters by our names, in the same order.
    """
    return {
        _renamed(key.removeprefix(OFFICIAL_PREFIX), NAMES): value
        for key, value in state_dict.items()
    }


def to_official(state_dict: Mapping[str, T]) -> dict[str, T]:
    """The same parameters under the names of the released format.

    Args:
        state_dict (Mapping): Parameters by this project's names.

    Returns:
        dict: Parameters by the released format's names, in the same order.
    """
    backwards = tuple((ours, official) for official, ours in NAMES)
    return {OFFICIAL_PREFIX + _renamed(key, backwards): value for key, value in state_dict.items()}


def _renamed(key: str, names: tuple[tuple[str, str], ...]) -> str:
    for old, new in names:
        match = re.match(re.escape(old).replace(r'\{\}', r'(\d)'), key)
        if match:
            return new.format(*match.groups()) + key[match.end() :]
    return key
