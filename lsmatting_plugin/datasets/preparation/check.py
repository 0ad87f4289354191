"""Whether a data set can be trained and tested on, before a long run finds out."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ...image_files import images_by_stem
from ...parallel import unordered_map
from .inspection import ALPHA, COLOUR, TOLERANCE, TRIMAP, Inspection, inspect_image
from .test_set import MANIFEST

# Folders of each part, what they hold, and the folder whose images they must have partners in.
PARTS = {
    'train': {
        'fg': (COLOUR, 'alpha'),
        'alpha': (ALPHA, 'fg'),
        'coco_bg': (COLOUR, None),
        'kappa_fg': (COLOUR, 'fg'),
    },
    'test': {
        'merged': (COLOUR, 'alpha_copy'),
        'alpha_copy': (ALPHA, 'merged'),
        'trimaps': (TRIMAP, 'merged'),
    },
}
OPTIONAL = ('kappa_fg',)
ADVICE = 'See "Data preparation" in the README.'
BAD_SHARE = 0.01  # of a trimap's known pixels; more contradictions are an error


class Problem(NamedTuple):
    """Something that is not as it should be.

    Attributes:
        is_error (bool): Whether training or scores would suffer; else it deserves a look.
        text (str): What, and of which file.
    """

    is_error: bool
    text: str


class CheckedFolder(NamedTuple):
    """A folder of the data set.

    Attributes:
        path (Path): It.
        kind (str): What it holds.
        images (dict[str, Inspection]): Stem -> facts, of the files that can be read.
    """

    path: Path
    kind: str
    images: dict[str, Inspection]


class _Job(NamedTuple):
    folder: Path
    stem: str
    kind: str
    path: str
    alpha_path: str | None


class DatasetCheck:
    """Reads every image of a data set and collects what is wrong.

    Args:
        root (str | Path): Holds ``train/`` or ``test/`` or both, or is one of them.

    Attributes:
        jobs (list): A job per image, for :meth:`run`.
        problems (list[Problem]): What was found; complete after :meth:`run`.
        folders (list[CheckedFolder]): The folders; complete after :meth:`run`.

    Raises:
        FileNotFoundError: ``root`` holds nothing of a data set.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self.problems: list[Problem] = []
        self.parts = _parts(self.root)
        self.files: dict[Path, dict[str, str]] = {}
        self.jobs: list[_Job] = []
        for part, base in self.parts.items():
            for name, (kind, _) in PARTS[part].items():
                self._list(base, name, kind)

    def run(self, num_workers: int = 0) -> Iterator[str]:
        """Inspects the images, and yields the path of each.

        Args:
            num_workers (int): Processes; 0 works in this one.
        """
        found: dict[Path, dict[str, Inspection]] = {folder: {} for folder in self.files}
        for job, facts in unordered_map(_inspect, self.jobs, num_workers):
            if isinstance(facts, Exception):
                facts = Inspection(error=f'ended its worker ({facts})')
            if facts.error:
                self._error(f'{job.path} {facts.error}')
            else:
                found[job.folder][job.stem] = facts
                self._judge(job, facts)
            yield job.path
        kinds = {job.folder: job.kind for job in self.jobs}
        self.folders = [
            CheckedFolder(path, kinds.get(path, ''), dict(sorted(images.items())))
            for path, images in found.items()
        ]
        for part, base in self.parts.items():
            self._compare_partners(part, base, found)
        self._find_duplicates(found)
        if 'test' in self.parts:
            self._compare_manifest(found)
        self.problems.sort(key=lambda problem: (not problem.is_error, problem.text))

    def _list(self, base: Path, name: str, kind: str) -> None:
        folder = base / name
        if name in OPTIONAL and not folder.is_dir():
            return
        try:
            files = images_by_stem(folder, f'images "{name}"', ADVICE)
        except (OSError, ValueError) as error:
            self._error(str(error))
            return
        self.files[folder] = files
        alphas = self.files.get(base / 'alpha_copy', {}) if kind == TRIMAP else {}
        self.jobs += [
            _Job(folder, stem, kind, path, alphas.get(stem)) for stem, path in files.items()
        ]

    def _judge(self, job: _Job, facts: Inspection) -> None:
        """What is wrong with an image on its own."""
        if facts.has_colours:
            self._warn(f'{job.path} has channels that differ; its brightness is taken')
        if job.kind == ALPHA:
            if facts.high <= 1:
                self._error(f'{job.path} has no value above {facts.high}; expected is 0..255')
            elif facts.low == 255:
                self._warn(f'{job.path} is 255 everywhere')
            elif facts.high < 128:
                self._warn(f'{job.path} has no value above {facts.high}')
        if job.kind == TRIMAP:
            num_pixels = facts.shape[0] * facts.shape[1]
            if facts.num_unknown == 0:
                self._warn(f'{job.path} is known everywhere, and scores 0')
            if facts.num_odd:
                self._warn(
                    f'{job.path} has {facts.num_odd} pixels other than 0, 128 and 255; those below '
                    '50 and above 200 will count as known to the network'
                )
            if facts.num_contradictions:
                share = facts.num_contradictions / max(num_pixels - facts.num_unknown, 1)
                text = (
                    f'{job.path} calls {facts.num_contradictions} pixels ({share:.2%}) known where '
                    f'alpha differs by more than {TOLERANCE} of 255'
                )
                self._error(text) if share > BAD_SHARE else self._warn(text)

    def _compare_partners(self, part: str, base: Path, found: dict) -> None:
        for name, (_, partner) in PARTS[part].items():
            folder, other = base / name, base / str(partner)
            if folder not in self.files or other not in self.files:
                continue
            for stem, path in self.files[folder].items():
                if stem not in self.files[other]:
                    self._error(f'{path} has no partner in {other}')
            if name in OPTIONAL and len(self.files[folder]) < len(self.files[other]):
                lack = len(self.files[other]) - len(self.files[folder])
                self._error(f'{folder} lacks {lack} of the images in {other}')
            if name in ('alpha', 'alpha_copy', 'trimaps', 'kappa_fg'):
                for stem in found[folder].keys() & found[other].keys():
                    ours, theirs = found[folder][stem].shape, found[other][stem].shape
                    if ours != theirs:
                        self._error(
                            f'{self.files[folder][stem]} has (height, width) {ours}, '
                            f'{self.files[other][stem]} has {theirs}'
                        )

    def _find_duplicates(self, found: dict) -> None:
        """The same pixels under two names, where that is not meant."""
        train, test = self.parts.get('train'), self.parts.get('test')
        for folder in (
            train and train / 'fg',
            train and train / 'coco_bg',
            test and test / 'merged',
        ):
            by_digest = defaultdict(list)
            for stem, facts in sorted(found.get(folder, {}).items()):
                by_digest[facts.digest].append(self.files[folder][stem])
            for first, *others in by_digest.values():
                if others:
                    self._warn(f'{first} has the pixels of {", ".join(others)}')
        if train and test:
            trained_on = {
                facts.digest: self.files[train / 'alpha'][stem]
                for stem, facts in found.get(train / 'alpha', {}).items()
            }
            for stem, facts in found.get(test / 'alpha_copy', {}).items():
                if facts.digest in trained_on:
                    path = self.files[test / 'alpha_copy'][stem]
                    self._error(f'{path} is also trained on: {trained_on[facts.digest]}')

    def _compare_manifest(self, found: dict) -> None:
        """The composites against the checksums that were noted when they were made."""
        path = self.parts['test'] / MANIFEST
        if not path.is_file():
            return
        try:
            noted = json.loads(path.read_text(encoding='utf-8')).get('composites', {})
        except (ValueError, AttributeError):
            self._error(f'{path} is damaged')
            return
        merged = found.get(self.parts['test'] / 'merged', {})
        differing = [
            stem for stem in noted if stem in merged and merged[stem].digest != noted[stem]
        ]
        missing = noted.keys() - merged.keys()
        added = merged.keys() - noted.keys() if noted else ()
        for stems, what in (
            (differing, 'differ from'),
            (missing, 'are missing of'),
            (added, 'are not in'),
        ):
            if stems:
                shown = ', '.join(sorted(stems)[:5]) + (', ...' if len(stems) > 5 else '')
                self._error(f'{len(stems)} composites {what} {path}: {shown}')

    def _error(self, text: str) -> None:
        self.problems.append(Problem(True, text))

    def _warn(self, text: str) -> None:
        self.problems.append(Problem(False, text))


def _parts(root: Path) -> dict[str, Path]:
    """The parts of the data set that are there."""
    parts = {part: root / part for part in PARTS if (root / part).is_dir()}
    if not parts:  # one of them itself
        parts = {
            part: root
            for part, folders in PARTS.items()
            if any((root / name).is_dir() for name in folders)
        }
    if not parts:
        raise FileNotFoundError(
            f'{root} holds neither train/ nor test/, nor their folders. {ADVICE}'
        )
    return parts


def _inspect(job: _Job) -> Inspection:
    return inspect_image(job.kind, job.path, job.alpha_path)
