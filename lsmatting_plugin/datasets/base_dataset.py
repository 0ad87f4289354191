"""What all matting data sets share: seeded draws."""

from collections.abc import Callable, Iterable
from typing import Any

from mmengine.dataset import BaseDataset

from ..registry import TRANSFORMS
from .image_cache import ImageCache
from .sampler import Draw
from .transforms.loading import LoadImage


class MattingDataset(BaseDataset):
    """mmengine's ``BaseDataset``, indexed by an int or by a :class:`Draw`.

    A ``Draw`` (from :class:`DrawSampler`) gives the sample its own generator, ``results['rng']``,
    from which all transforms draw; with a plain int :func:`.randomness.generator` seeds one, new
    for each sample.

    Args:
        *args: Those of ``BaseDataset``.
        pipeline (Iterable[dict | Callable]): The transforms, or their configs.
        image_cache (dict, optional): Arguments of an :class:`ImageCache` for the pipeline's
            ``LoadImage`` steps; None decodes each image each time.
        **kwargs: Those of ``BaseDataset``.

    Raises:
        ValueError: There is a cache, but no ``LoadImage`` to use it.
    """

    METAINFO = dict(dataset_type='matting_dataset', task_name='matting')

    def __init__(
        self,
        *args: Any,
        pipeline: Iterable[dict | Callable] = (),
        image_cache: dict | None = None,
        **kwargs: Any,
    ) -> None:
        steps = [TRANSFORMS.build(step) if isinstance(step, dict) else step for step in pipeline]
        if image_cache is not None:
            loaders = [step for step in steps if isinstance(step, LoadImage)]
            if not loaders:
                raise ValueError(
                    'image_cache: the pipeline has no LoadImage step that would use it'
                )
            cache = ImageCache(**image_cache)
            for loader in loaders:
                loader.cache = cache
        super().__init__(*args, pipeline=steps, **kwargs)

    def prepare_data(self, key: int | Draw) -> dict:
        """One sample through the pipeline."""
        results = self.get_data_info(int(key))
        if isinstance(key, Draw):
            results['rng'] = key.generator()
        return self.pipeline(self.choose(results))

    @property
    def description(self) -> str:
        """The images in words, for those who read scores."""
        return f'{self.data_root or self.ann_file}: {len(self)} images'

    def choose(self, results: dict) -> dict:
        """Where a data set makes random choices before the pipeline; here it makes none."""
        return results
