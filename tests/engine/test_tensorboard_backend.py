import sys

import cv2
import numpy as np
import pytest
from mmengine.visualization import LocalVisBackend

from lsmatting_plugin.engine import ForgivingVisualizer, OptionalTensorboardBackend
from lsmatting_plugin.engine.launch import build_runner


def test_numbers_and_pictures_of_a_run_arrive(make_tiny_cfg, tmp_path):
    accumulator = pytest.importorskip('tensorboard.backend.event_processing.event_accumulator')
    build_runner(make_tiny_cfg(tmp_path)).train()

    [file] = tmp_path.glob('*/vis_data/events.out.tfevents.*')
    events = accumulator.EventAccumulator(str(file)).Reload()
    assert [event.step for event in events.Scalars('loss')] == [3, 6]
    assert [event.step for event in events.Scalars('SAD')] == [1, 2]
    assert 0 < events.Scalars('lr')[1].value < events.Scalars('lr')[0].value < 2e-3
    images = events.Images('validation')
    assert [event.step for event in images] == [1, 2]
    picture = cv2.imdecode(np.frombuffer(images[1].encoded_image_string, np.uint8), 1)
    sheet = cv2.imread(str(tmp_path / 'validation' / 'epoch_2.jpg'))
    assert np.abs(picture.astype(int) - sheet).mean() < 3  # JPG


@pytest.fixture
def absent(monkeypatch):
    """A machine without the package."""
    monkeypatch.setitem(sys.modules, 'torch.utils.tensorboard', None)


def test_without_the_package_there_is_one_hint(absent, tmp_path, log_lines):
    backend = OptionalTensorboardBackend(str(tmp_path))
    for step in range(3):
        backend.add_scalars(dict(loss=1.0), step)
        backend.add_image('validation', np.zeros((2, 2, 3), np.uint8), step)
    backend.close()

    assert len([line for line in log_lines if 'pip install tensorboard' in line]) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_ends_no_training(tmp_path, log_lines):
    class Full(LocalVisBackend):
        def add_scalars(self, *_, **__):
            raise OSError(28, 'No space left on device')

        add_image = add_scalars

    class Kept(LocalVisBackend):
        scalars = []

        def add_scalars(self, scalar_dict, step=0, file_path=None, **_):
            self.scalars.append((scalar_dict, step))

    visualizer = ForgivingVisualizer()
    visualizer._vis_backends = dict(full=Full(str(tmp_path)), kept=Kept(str(tmp_path)))
    for step in range(2):
        visualizer.add_scalars(dict(loss=1.0), step=step)
    visualizer.add_image('a', np.zeros((2, 2, 3), np.uint8))
    visualizer.close()

    assert Kept.scalars == [(dict(loss=1.0), 0), (dict(loss=1.0), 1)]
    assert len([line for line in log_lines if 'No space left on device' in line]) == 1


def test_after_a_failure_it_is_silent(tmp_path, monkeypatch):
    pytest.importorskip('tensorboard')
    backend = OptionalTensorboardBackend(str(tmp_path))
    backend.add_scalar('loss', 1.0)

    def fail(*_, **__):
        raise OSError(28, 'No space left on device')

    backend._tensorboard.close()
    monkeypatch.setattr(backend._tensorboard, 'add_scalar', fail)
    with pytest.raises(OSError, match='No space'):
        backend.add_scalar('loss', 2.0)

    backend.add_scalar('loss', 3.0)
    backend.close()
