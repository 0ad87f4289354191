"""What tells one test set from another: how it was made, and the checksums of its pixels."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import cv2
import numpy as np
import PIL

from ...whole_files import write_file

MANIFEST = 'manifest.json'
UNFINISHED_MANIFEST = 'manifest.unfinished.json'  # of a run that was cut off, or is at work


def pixel_checksum(image: np.ndarray) -> str:
    """SHA-256 of the pixels, uint8 BGR (H, W, 3), row by row; of grey images (H, W) likewise."""
    return hashlib.sha256(np.ascontiguousarray(image).data).hexdigest()


def list_checksum(names: Iterable[str]) -> str:
    """SHA-256 of names, one a line; the same however the list was spaced and encoded."""
    return hashlib.sha256(''.join(f'{name}\n' for name in names).encode()).hexdigest()


def overall_checksum(composites: Mapping[str, str]) -> str:
    """SHA-256 of the composites' names and checksums, in their order."""
    return list_checksum(f'{checksum}  {name}' for name, checksum in composites.items())


def begin(out: Path, plan: dict) -> dict[str, str]:
    """Notes what a run is about to make; its manifest counts as unfinished from now on.

    Args:
        out (Path): Folder of the test set.
        plan (dict): All that the composites depend on.

    Returns:
        dict[str, str]: Name -> checksum, of an earlier run of the same plan.

    Raises:
        ValueError: ``out`` holds a test set of another plan, or of none that is known.
    """
    composites: dict[str, str] = {}
    manifests = [path for path in (out / MANIFEST, out / UNFINISHED_MANIFEST) if path.is_file()]
    for path in manifests:
        there = read(path)
        differing = [key for key in plan if there.get(key) != plan[key]]
        if differing:
            values = '; '.join(f'{key}: {there.get(key)}, not {plan[key]}' for key in differing)
            raise ValueError(
                f'{out} holds a test set of another kind ({values}). Remove it, or choose another '
                '--out'
            )
        composites = there.get('composites', {}) | composites
    if not manifests and any(out.glob('merged/*.*')):
        raise ValueError(
            f'{out / "merged"} holds images, but no {MANIFEST} tells how they were composited. '
            f'Remove {out}, or choose another --out'
        )
    _write(dict(plan, composites=composites), out / UNFINISHED_MANIFEST)
    (out / MANIFEST).unlink(missing_ok=True)
    return composites


def finish(out: Path, plan: dict, composites: dict[str, str]) -> None:
    """Writes the manifest of a test set that is complete.

    Args:
        out (Path): Folder of the test set.
        plan (dict): As for :func:`begin`.
        composites (dict[str, str]): Name -> :func:`pixel_checksum`, in the order of the lists.
    """
    made_with = dict(pillow=PIL.__version__, opencv=cv2.__version__)
    checksum = overall_checksum(composites)
    _write(
        dict(plan, made_with=made_with, checksum=checksum, composites=composites), out / MANIFEST
    )
    (out / UNFINISHED_MANIFEST).unlink()


def read(path: Path) -> dict:
    """A manifest.

    Raises:
        ValueError: It is damaged.
    """
    try:
        manifest = json.loads(path.read_text(encoding='utf-8'))
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{path} is damaged; remove {path.parent} and start again') from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get('composites', {}), dict):
        raise ValueError(f'{path} is no manifest; remove {path.parent} and start again')
    return manifest


def origin_of(merged: str | Path, num_images: int) -> str:
    """How the images of a test set were made, as far as a manifest tells.

    That of ``prepare_aim.py`` lies beside the folder ``merged``, that of ``make_toy_dataset.py``
    one above. Nothing is computed: the checksum is the one noted when the images were made.

    Args:
        merged (str | Path): Folder of the images; of another name, no manifest is about it.
        num_images (int): How many are used.

    Returns:
        str: In words, to follow the number of images.
    """
    test, name = Path(merged).parent, Path(merged).name
    for path in (test / MANIFEST, test / UNFINISHED_MANIFEST, test.parent / MANIFEST):
        try:
            manifest = read(path) if name == 'merged' else {}
            if path.parent == test and 'mode' in manifest:
                return _composited(manifest, num_images)
            if 'generator_version' in manifest:
                return f'generated, seed {manifest["arguments"]["seed"]}'
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return 'without a manifest'


def _composited(manifest: dict, num_images: int) -> str:
    text = f"composited in mode '{manifest['mode']}', "
    if 'checksum' not in manifest:
        return text + 'not finished'
    text += f'checksum {manifest["checksum"][:8]}'
    total = manifest.get('num_composites', num_images)
    return text if total == num_images else f'{text} of {total} images'


def _write(manifest: dict, path: Path) -> None:
    write_file(json.dumps(manifest, indent=1).encode(), path)
