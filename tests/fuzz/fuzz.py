"""Looks for inputs that break readers and options, for a given time; see `make fuzz`.

python tests/fuzz/fuzz.py --seconds 60 --seed 7 --targets decoders
"""

import argparse
import hashlib
import logging
import multiprocessing
import random
import sys
import time
import traceback
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from fuzz_targets import TARGETS
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

CRASHES = Path(__file__).parent / 'crashes'
PATIENCE = 10  # seconds of computing for one input; a reader that takes longer hangs
BATCH = 300  # inputs between two looks at the clock


def main() -> int:
    """Fuzzes each target for its share of the time; returns 1 where one broke."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=float, default=60, help='in all (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument('--targets', nargs='+', choices=list(TARGETS), default=list(TARGETS))
    args = parser.parse_args()
    print(f'Seed {args.seed}: the same inputs come again with --seed {args.seed}')
    is_broken = False
    for name in args.targets:
        is_broken |= fuzz(name, args.seconds / len(args.targets), args.seed)
    return int(is_broken)


def fuzz(name: str, seconds: float, number: int) -> bool:
    """One target, in a process of its own, which it may crash or hang; whether it broke."""
    current = CRASHES / name / '.current'
    current.parent.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context('spawn')
    process = context.Process(target=search_quietly, args=(name, seconds, number, current))
    process.start()
    process.join(seconds + 30 + 3 * PATIENCE)  # time to start, and to make a failing input small
    if process.is_alive():
        process.kill()
        process.join()
        keep(name, current.read_bytes(), 'hung')
    elif process.exitcode < 0:
        keep(name, current.read_bytes(), f'ended by signal {-process.exitcode}')
    current.unlink(missing_ok=True)
    return process.exitcode != 0


def search_quietly(*args) -> None:
    """Searches in a process of its own, in which nobody wants to read what targets warn of."""
    warnings.simplefilter('ignore')
    logging.disable()
    search(*args)


def search(name: str, seconds: float, number: int, current: Path) -> None:
    """Tries inputs until the time is over or one breaks the target, which ends this process."""
    target, count, last = TARGETS[name], 0, b''
    target.check(target.right)
    end = time.monotonic() + seconds

    def attempt(data: bytes) -> None:
        nonlocal count, last
        count, last = count + 1, data
        current.write_bytes(data)
        start = time.process_time()
        target.check(data)
        assert time.process_time() - start < PATIENCE, 'it took too long'

    options = settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    while time.monotonic() < end:
        try:
            seed(number)(options(given(target.inputs())(attempt)))()
        except Exception:
            traceback.print_exc(limit=-4)
            keep(name, last, 'broken')  # hypothesis tries the smallest again in the end
            sys.exit(1)
        number += 1
    print(f'{name}: {count} inputs in {seconds:.0f} s, none broke it')


def keep(name: str, data: bytes, how: str) -> None:
    """Writes the input where the tests find it."""
    path = CRASHES / name / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    print(
        f'{name}: {how} by {len(data)} bytes, {path}\n'
        'This file is a test now: python -m pytest tests/fuzz. Mend what it breaks, give the file '
        'a name that says what it was, and commit both.'
    )


if __name__ == '__main__':
    sys.exit(main())
