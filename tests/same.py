"""Whether two checkpoints, or parts of them, are equal bit for bit."""

import torch


def same(found, expected):
    """Also within dicts and lists; tensors have no truth of their own."""
    if isinstance(expected, torch.Tensor):
        return torch.equal(found, expected)
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(
            same(found[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(same, found, expected))
    return found == expected
