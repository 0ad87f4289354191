"""What all matting data sets share: seeded draws."""

from collections.abc import Callable, Iterable

from mmengine.dataset import BaseDataset

from ..registry import TRANSFORMS
from .sampler import Draw


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

    @property
    def description(self) -> str:
        """The images in words, for those who read scores."""
        return f'{self.data_root or self.ann_file}: {len(self)} images'

    def choose(self, results: dict) -> dict:
        """Where a data set makes random choices before the pipeline; here it makes none."""
        return results
