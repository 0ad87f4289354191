"""What the server remembers of one visitor."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..cutout import CutOut
from ..photo import Photo, write_picture


@dataclass(frozen=True)
class Session:
    """A visitor's photo and what became of it; each step makes a new one.

    Attributes:
        photo (Photo | None): As uploaded.
        stem (str): What downloads are called after; letters, digits, - and _ only.
        trimap (ndarray | None): uint8 (H, W), 0, 128 and 255.
        cutout (CutOut | None): The result, for this trimap.
    """

    photo: Photo | None = None
    stem: str = 'photo'
    trimap: np.ndarray | None = None
    cutout: CutOut | None = None

    @property
    def pixels(self) -> np.ndarray:
        """The photo as uint8 BGR (H, W, 3).

        Raises:
            ValueError: There is none yet.
        """
        if self.photo is None:
            raise ValueError('Load a photo first')
        return self.photo.pixels_8bit


def safe_stem(path: str | Path) -> str:
    """A name for downloads after that of an uploaded file, without its folder."""
    return re.sub(r'[^A-Za-z0-9_-]+', '_', Path(path).stem)[:60].strip('_') or 'photo'


def write_downloads(session: Session, folder: str | Path) -> list[str]:
    """Writes the results as files.

    Args:
        session (Session): With a cut-out.
        folder (str | Path): For these files alone.

    Returns:
        list[str]: PNGs of 8 bits: the cut-out with transparency, the matte, the foreground's
        colours. Those with colours keep the photo's colour profile.
    """
    photo, cutout = session.photo, session.cutout
    assert photo is not None and cutout is not None
    rgba = cutout.rgba()
    pictures = {'cutout': rgba, 'alpha': cutout.matte(), 'foreground': rgba[..., :3]}
    paths = []
    for kind, pixels in pictures.items():
        path = Path(folder, f'{session.stem}_{kind}.png')
        write_picture(np.ascontiguousarray(pixels), path, photo.icc_profile)
        paths.append(str(path))
    return paths
