"""Reading of training scenes that were drawn once and are kept."""

from ...registry import TRANSFORMS
from ..scene_files import read_scene
from .base import Transform


@TRANSFORMS.register_module()
class LoadScene(Transform):
    """Read a kept training sample.

    Required keys: ``scene_path``. Added keys: ``merged``, ``alpha``, ``trimap``, ``guide``, see
    :func:`.write_scene`.

    Raises:
        ValueError: The file is not such a sample.
    """

    def transform(self, results: dict) -> dict:
        """Read it."""
        return results | read_scene(results['scene_path'])
