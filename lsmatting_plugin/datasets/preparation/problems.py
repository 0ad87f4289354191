"""What is wrong with a single image of a data set."""

from typing import NamedTuple

from ...trimap import BG_BELOW, FG_ABOVE
from .inspection import ALPHA, COLOUR, TOLERANCE, TRIMAP, Inspection

# Of a trimap's known pixels; more that contradict alpha are those of another image.
BAD_SHARE = 0.001
FAINT = 128  # an alpha that stays below is unusual even for glass and smoke


class Problem(NamedTuple):
    """Something that is not as it should be.

    Attributes:
        is_error (bool): Whether training or scores would suffer; else it deserves a look.
        text (str): What, and of which file.
    """

    is_error: bool
    text: str


def problems_of(kind: str, path: str, facts: Inspection) -> list[Problem]:
    """What is wrong with an image by itself.

    Args:
        kind (str): ``COLOUR``, ``ALPHA`` or ``TRIMAP``.
        path (str): The file.
        facts (Inspection): On it.
    """
    if facts.error:
        text = facts.error if path in facts.error else f'{path}: {facts.error}'
        return [Problem(True, text)]
    if kind == COLOUR:
        return []
    found = _of_channels(path, facts)
    found += {ALPHA: _of_alpha, TRIMAP: _of_trimap}[kind](path, facts)
    return found


def _of_channels(path: str, facts: Inspection) -> list[Problem]:
    found = []
    if facts.spread:
        # JPEG moves channels a little.
        text = f'{path} has channels that differ by up to {facts.spread}; they should be equal'
        found.append(Problem(facts.spread > TOLERANCE, text))
    if facts.has_transparency:
        found.append(Problem(False, f'{path} has transparency, which is not used'))
    return found


def _of_alpha(path: str, facts: Inspection) -> list[Problem]:
    if facts.high <= 1:
        text = f'{path} has no value above {facts.high}; expected is 0..255'
        return [Problem(True, text)]
    if facts.low == 255:
        return [Problem(True, f'{path} is 255 everywhere, which leaves nothing to learn or score')]
    if facts.high < FAINT:
        return [Problem(False, f'{path} has no value above {facts.high}')]
    if facts.num_soft == 0:
        return [Problem(False, f'{path} has no soft pixel, 0 and 255 only')]
    return []


def _of_trimap(path: str, facts: Inspection) -> list[Problem]:
    found = []
    if facts.num_unknown == 0:
        found.append(Problem(True, f'{path} is known everywhere, which leaves nothing to score'))
    if facts.num_odd:
        text = (
            f'{path} has {facts.num_odd} pixels other than 0, 128 and 255, which the network takes '
            f'as known below {BG_BELOW} and above {FG_ABOVE} and the official MATLAB code never '
            'scores'
        )
        found.append(Problem(False, text))
    if facts.num_contradictions:
        share = facts.num_contradictions / max(facts.num_pixels - facts.num_unknown, 1)
        text = (
            f'{path} calls {facts.num_contradictions} pixels ({share:.2%}) known where alpha '
            f'differs by more than {TOLERANCE} of 255'
        )
        found.append(Problem(share > BAD_SHARE, text))
    return found
