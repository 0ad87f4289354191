import gc
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from mmengine.config import Config
from mmengine.logging import MMLogger

from lsmatting_plugin.datasets.procedural import write_dataset

# The same examples in each run, however slow the machine; `make fuzz` looks for new ones.
settings.register_profile(
    'test',
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile('test')


def pytest_collection_finish():
    """Spares the collector what stays: mmengine calls it for each data set, at half a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope='session')
def shared_dir() -> Path:
    """The folder shared/ beside the repository; tests that ask for it skip where it is absent."""
    folder = Path(__file__).resolve().parents[1].parent / 'shared'
    if not folder.is_dir():
        pytest.skip('no folder shared/ beside the repository')
    return folder


@pytest.fixture(scope='session')
def golden_dir(shared_dir) -> Path:
    """The folder shared/golden/: inputs and outputs of the original implementation."""
    folder = shared_dir / 'golden'
    if not folder.is_dir():
        pytest.skip('no folder golden/ in shared/')
    return folder


@pytest.fixture(scope='session')
def tiny_aim(tmp_path_factory) -> Path:
    """Root of a generated set in AIM's layout, pictures of 96 px; shared, so only to be read.

    4 foregrounds and 6 backgrounds under train/, 4 composites of 2 foregrounds under test/.
    """
    root = tmp_path_factory.mktemp('tiny_aim')
    return write_dataset(
        root, num_fg=4, num_bg=6, num_test_fg=2, size=96, num_workers=0, progress=False
    )


@pytest.fixture(scope='session')
def make_tiny_model_cfg() -> Callable[[], dict]:
    """Factory of model configs of the paper's kind with some 190,000 parameters."""

    def make():
        return dict(
            type='LSAMattor',
            encoder=dict(type='MattingResNetV1d', depth=18, base_channels=8, stem_channels=8),
            decoder=dict(type='LSADecoder', channels=(8,) * 5, head_channels=4),
        )

    return make


@pytest.fixture
def tiny_model_cfg(make_tiny_model_cfg) -> dict:
    """A model config of the paper's kind with some 190,000 parameters; the test may change it."""
    return make_tiny_model_cfg()


@pytest.fixture(scope='session')
def to_official() -> Callable[[dict], dict]:
    """Renames parameters to the paper's released format, the reverse of ``from_official``."""
    patterns = (
        (r'^encoder\.', 'backbone.'),
        (r'^decoder\.stage(\d)\.conv\.', r'decoder.decoder_\1.conv1.'),
        (r'^decoder\.stage(\d)\.norm\.', r'decoder.decoder_\1.norm1.'),
        (r'^decoder\.stage(\d)\.gate\.', r'decoder.decoder_\1.fc.'),
        (r'^decoder\.head\.', 'decoder.final_final.'),
    )

    def rename(state_dict):
        renamed = {}
        for key, value in state_dict.items():
            for pattern, replacement in patterns:
                key = re.sub(pattern, replacement, key)
            renamed[f'module.{key}'] = value
        return renamed

    return rename


@pytest.fixture(scope='session')
def configs_dir() -> Path:
    """The folder configs/ of the repository."""
    return Path(__file__).resolve().parents[1] / 'configs'


@pytest.fixture(scope='session')
def make_tiny_cfg(configs_dir, tiny_aim, make_tiny_model_cfg) -> Callable[..., Config]:
    """Factory of the toy recipe on ``tiny_aim``: two epochs of three iterations, crops of 64 px.

    Curves are left out, which take longer to draw than the training itself.
    """
    sizes = dict(
        PadToMinSize=dict(min_size=64),
        RandomRotatedCrop=dict(size=64, crop_range=(48, 80)),
        GenerateTrimap=dict(distance_range=(1, 6)),
        RandomRescale=dict(sizes=(96, 32)),
    )

    def make(work_dir, **settings):
        cfg = Config.fromfile(configs_dir / 'lsm_r18_toy.py')
        cfg.model = make_tiny_model_cfg()
        cfg.work_dir = str(work_dir)
        cfg.experiment_name = str(work_dir)  # else two runs within a second share their logs
        cfg.custom_hooks = [hook for hook in cfg.custom_hooks if hook.type != 'CurvesHook']
        cfg.train_cfg.update(max_epochs=2, val_interval=1)
        cfg.default_hooks.checkpoint.interval = 1
        for step in cfg.train_dataloader.dataset.pipeline:
            step.update(sizes.get(step.type, {}))
        cfg.train_dataloader.update(batch_size=2)
        cfg.train_dataloader.dataset.update(data_root=str(tiny_aim / 'train'), reestimated_fg=None)
        for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
            cfg[name].update(num_workers=0, persistent_workers=False)
        for name in ('val_dataloader', 'test_dataloader'):
            cfg[name].dataset.data_root = str(tiny_aim / 'test')
        cfg.merge_from_dict(settings)
        return cfg

    return make


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """What mmengine's current logger says during the test."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)
