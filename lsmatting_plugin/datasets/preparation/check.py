"""Whether a data set can be trained and tested on, before a long run finds out."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ...image_files import images_by_stem, require_partners
from ...parallel import unordered_map
from .inspection import ALPHA, COLOUR, TRIMAP, Inspection, inspect_image
from .manifest_check import compare_composites, compare_counts
from .problems import Problem, problems_of

# Folders of each part, what they hold, and the folder in which their images have partners.
PARTS: dict[str, dict[str, tuple[str, str | None]]] = {
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
# Whose images need partners; others that have none are passed over by the data sets.
NEEDS = {'fg': ('alpha', 'kappa_fg'), 'merged': ('trimaps', 'alpha_copy')}
OPTIONAL = ('kappa_fg',)
UNIQUE = ('fg', 'coco_bg', 'merged')
ADVICE = 'See docs/data.md.'


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
            self.problems += problems_of(job.kind, job.path, facts)
            if not facts.error:
                found[job.folder][job.stem] = facts
            yield job.path
        kinds = {job.folder: job.kind for job in self.jobs}
        self.folders = [
            CheckedFolder(path, kinds[path], dict(sorted(images.items())))
            for path, images in found.items()
        ]
        for part, base in self.parts.items():
            self._compare_partners(part, base, found)
            for name in UNIQUE:
                self._find_duplicates(base / name, found)
        self._find_leaks(found)
        self._compare_manifests(found)
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

    def _compare_partners(self, part: str, base: Path, found: dict) -> None:
        """Whether all have partners, and those the same size."""
        for name, others in NEEDS.items():
            ours = self.files.get(base / name, {})
            for other in (base / other for other in others if base / other in self.files):
                try:
                    require_partners(ours, self.files[other], base / name, other, '')
                except FileNotFoundError as error:
                    self._error(str(error).strip())
        for name, (_, partner) in PARTS[part].items():
            folder, other = base / name, base / str(partner)
            if folder not in self.files or other not in self.files:
                continue
            files, partners = self.files[folder], self.files[other]
            if name not in NEEDS:
                for stem in files.keys() - partners.keys():
                    self._warn(f'{files[stem]} has no partner in {other}, and is not used')
            for stem in found[folder].keys() & found[other].keys() if name not in NEEDS else ():
                ours, theirs = found[folder][stem].shape, found[other][stem].shape
                if ours != theirs:
                    self._error(
                        f'{files[stem]} has (height, width) {ours}, {partners[stem]} has {theirs}'
                    )

    def _find_duplicates(self, folder: Path, found: dict) -> None:
        """The same pixels under two names."""
        by_pixels = defaultdict(list)
        for stem, facts in sorted(found.get(folder, {}).items()):
            by_pixels[facts.shape, facts.checksum].append(self.files[folder][stem])
        for first, *others in by_pixels.values():
            if others:
                self._warn(f'{first} has the pixels of {", ".join(others)}')

    def _find_leaks(self, found: dict) -> None:
        """Alphas that are both trained and tested on; all copies of one are one."""
        if len(self.parts) < 2:
            return
        train, test = self.parts['train'] / 'alpha', self.parts['test'] / 'alpha_copy'
        trained_on = {
            (facts.shape, facts.checksum): self.files[train][stem]
            for stem, facts in found.get(train, {}).items()
        }
        leaks = defaultdict(list)
        for stem, facts in sorted(found.get(test, {}).items()):
            path = trained_on.get((facts.shape, facts.checksum))
            if path:
                leaks[path].append(self.files[test][stem])
        for path, (first, *others) in leaks.items():
            more = f' and {len(others)} more' if others else ''
            self._error(f'{first}{more} is also trained on: {path}')

    def _compare_manifests(self, found: dict) -> None:
        for part, base in self.parts.items():
            here = base if base.name not in ('', '..') else base.resolve()
            if here.name == part:
                counts = {
                    f'{part}/{name}': len(self.files.get(base / name, {})) for name in PARTS[part]
                }
                self.problems += compare_counts(here.parent, counts)
            if part == 'test':
                self.problems += compare_composites(here, found.get(base / 'merged', {}))

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
