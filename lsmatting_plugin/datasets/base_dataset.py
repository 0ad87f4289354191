"""What all matting data sets share: seeded draws, and errors that say what to do."""

from collections.abc import Callable, Iterable
from pathlib import Path

from mmengine.dataset import BaseDataset

from ..registry import TRANSFORMS
from .sampler import Draw

IMAGE_SUFFIXES = frozenset({'.png', '.jpg', '.jpeg', '.bmp', '.tif', '.tiff', '.webp'})


class MattingDataset(BaseDataset):
    """mmengine's ``BaseDataset``, indexed by an int or by a :class:`Draw`.

    A ``Draw`` (from :class:`DrawSampler`) gives the sample its own generator, ``results['rng']``,
    from which all transforms draw; with a plain int they fall back on numpy's global state.
    """

    METAINFO = dict(dataset_type='matting_dataset', task_name='matting')

    def __init__(self, *args, pipeline: Iterable[dict | Callable] = (), **kwargs) -> None:
        steps = [TRANSFORMS.build(step) if isinstance(step, dict) else step for step in pipeline]
        super().__init__(*args, pipeline=steps, **kwargs)

    def prepare_data(self, key: int | Draw) -> dict:
        """One sample through the pipeline."""
        results = self.get_data_info(int(key))
        if isinstance(key, Draw):
            results['rng'] = key.generator()
        return self.pipeline(self.choose(results))

    def choose(self, results: dict) -> dict:
        """Where a data set makes random choices before the pipeline; here it makes none."""
        return results


def images_by_stem(folder: str | Path, purpose: str, advice: str) -> dict[str, str]:
    """The image files of a folder by their name without extension, sorted.

    Args:
        folder (str | Path): Read without its subfolders; hidden and other files are passed over.
        purpose (str): What the folder holds, for errors.
        advice (str): How to get the data, for errors.

    Returns:
        dict[str, str]: Stem -> path.

    Raises:
        FileNotFoundError: The folder is absent or holds no image.
        ValueError: Two files differ in their extension only.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f'No folder {folder}, which should hold the {purpose}. {advice}')
    paths = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in IMAGE_SUFFIXES or path.name.startswith('.'):
            continue
        if path.stem in paths:
            raise ValueError(
                f'{paths[path.stem]} and {path} have the same stem, so that their partners in the '
                'other folders cannot be told apart. Rename or remove one'
            )
        paths[path.stem] = str(path)
    if not paths:
        raise FileNotFoundError(f'{folder} should hold the {purpose}, but has no image. {advice}')
    return paths


def require_partners(
    stems: Iterable[str], partners: dict[str, str], of: str, folder: str | Path, advice: str
) -> None:
    """Checks that every image has its partner in another folder.

    Args:
        stems (Iterable[str]): Which partners are needed.
        partners (dict[str, str]): What :func:`images_by_stem` found.
        of (str): What the stems come from, for the error.
        folder (str | Path): Where the partners should be, for the error.
        advice (str): What to do, for the error.

    Raises:
        FileNotFoundError: Partners are missing; the first few are named.
    """
    missing = [stem for stem in stems if stem not in partners]
    if missing:
        shown = ', '.join(missing[:5]) + (', ...' if len(missing) > 5 else '')
        raise FileNotFoundError(
            f'{folder} lacks {len(missing)} of the images that {of} has: {shown} (any image '
            f'extension). {advice}'
        )
