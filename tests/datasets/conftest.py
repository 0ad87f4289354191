import cv2
import numpy as np
import pytest


@pytest.fixture
def write_images():
    """Write random 12 x 16 images into a folder, each encoded by its suffix, and return it."""

    def write(folder, *names, height=12, width=16):
        folder.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(0)
        for name in names:
            image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
            path = folder / name
            path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
        return folder

    return write


@pytest.fixture
def assert_helpful():
    """Check that building or reading raises an error whose message holds all these parts."""

    def check(error_type, action, *parts):
        with pytest.raises(error_type) as error:
            action()
        for part in parts:
            assert str(part) in str(error.value)

    return check
