"""How the images of a test are called, in its results and as mattes."""

import os
from pathlib import Path

from mmengine.dataset import BaseDataset

from ..evaluation.metrics import image_name
from ..structures import MattingDataSample


class ImageNames:
    """Names by which the images of a data set are told apart.

    Each is called as its file is. Where the names of two files differ in their extension at most,
    all images keep their folders, below the one that they share. ``matte_name``, by which a
    benchmark knows an image, goes before.

    Args:
        dataset (BaseDataset): Of the test; ``merged_path`` of its items is looked at.

    Attributes:
        root (str | None): The folder that all images share; None where file names suffice.
    """

    def __init__(self, dataset: BaseDataset) -> None:
        items = map(dataset.get_data_info, range(len(dataset)))
        paths = [Path(item['merged_path']) for item in items if 'merged_path' in item]
        is_told_by_name = len({path.stem for path in paths}) == len(paths)
        self.root = None if is_told_by_name else os.path.commonpath([p.parent for p in paths])

    def of(self, sample: MattingDataSample, number: int = 0) -> str:
        """The name of an image.

        Args:
            sample (MattingDataSample): What the model made of it.
            number (int): By which it is called if it has neither file nor name.
        """
        if 'matte_name' in sample or 'merged_path' not in sample:
            return image_name(sample, number)
        return self.of_file(sample.merged_path)

    def of_file(self, path: str) -> str:
        """The name of an image that no benchmark has named."""
        if self.root is None:
            return Path(path).name
        return Path(path).relative_to(self.root).as_posix()
