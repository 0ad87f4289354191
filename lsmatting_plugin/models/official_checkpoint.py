"""Names in the paper's released checkpoints and in ours."""

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar('T')

# Patterns of the original implementation's parameter names, and what they are called here.
OFFICIAL_TO_PLUGIN = (
    (r'^module\.', ''),
    (r'^backbone\.', 'encoder.'),
    (r'^decoder\.decoder_(\d)\.conv1\.', r'decoder.stage\1.conv.'),
    (r'^decoder\.decoder_(\d)\.norm1\.', r'decoder.stage\1.norm.'),
    (r'^decoder\.decoder_(\d)\.fc\.', r'decoder.stage\1.gate.'),
    (r'^decoder\.final_final\.', 'decoder.head.'),
)


def from_official(state_dict: Mapping[str, T]) -> dict[str, T]:
    """The same parameters under this project's names.

    Args:
        state_dict (Mapping): Parameters by the names of the released format
            (``module.backbone...``, ``module.decoder...``) or by ours, which stay as they are.

    Returns:
        dict: Parameters by our names, in the same order.
    """
    return {_renamed(key): value for key, value in state_dict.items()}


def _renamed(key: str) -> str:
    for pattern, replacement in OFFICIAL_TO_PLUGIN:
        key = re.sub(pattern, replacement, key)
    return key
