import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement

from lsmatting_plugin.engine import ValidationSheetHook
from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.engine.validation_sheet_hook import row_of
from lsmatting_plugin.structures import MattingDataSample


@pytest.fixture
def sample():
    """A white disc of which half is predicted; 4 unknown pixels are wrong by 1."""
    sample = MattingDataSample(metainfo=dict(merged_path='folder/disc.png'))
    sample.ori_trimap = torch.tensor([[[0, 128, 128, 255]] * 4], dtype=torch.uint8)
    sample.ori_alpha = torch.tensor([[[0, 0, 255, 255]] * 4], dtype=torch.uint8)
    sample.output = BaseDataElement()
    sample.output.pred_alpha = torch.tensor([[0, 0, 0, 1]] * 4).float()
    return sample


IMAGE = torch.full((3, 4, 4), 90.0)


def test_a_row_is_image_trimap_prediction_and_truth(sample):
    pictures, caption = row_of(IMAGE, sample)

    assert [picture.dtype for picture in pictures] == [np.uint8] * 4
    assert (pictures[0] == 90).all() and pictures[0].shape == (4, 4, 3)
    assert pictures[1][0].tolist() == [0, 128, 128, 255]
    assert pictures[2][0].tolist() == [0, 0, 0, 255]
    assert pictures[3][0].tolist() == [0, 0, 255, 255]
    assert caption == 'disc.png: SAD 0.00'  # 4 / 1000


def test_images_are_rounded_as_other_pictures_are(sample):
    pictures, _ = row_of(IMAGE + 0.6, sample)

    assert (pictures[0] == 91).all()


def test_without_truth_there_is_no_score(sample):
    del sample.ori_alpha
    sample.output.pred_alpha = (sample.output.pred_alpha * 255).byte()  # as mmedit's mattors

    pictures, caption = row_of(IMAGE, sample)

    assert caption == 'disc.png'
    assert pictures[2][0].tolist() == [0, 0, 0, 255]
    assert not pictures[3].any()


@pytest.mark.parametrize('num_images, rows', [(2, 2), (9, 4)])
def test_each_validation_leaves_a_sheet(make_tiny_cfg, tmp_path, num_images, rows):
    cfg = make_tiny_cfg(tmp_path)
    [hook] = [hook for hook in cfg.custom_hooks if hook.type == 'ValidationSheetHook']
    hook.update(num_images=num_images, cell_size=64)
    cfg.train_cfg.max_epochs = 1
    build_runner(cfg).train()

    assert [path.name for path in (tmp_path / 'validation').iterdir()] == ['epoch_1.jpg']
    height, width, _ = cv2.imread(str(tmp_path / 'validation/epoch_1.jpg')).shape
    assert width == 4 * 64 + 20
    assert height // (64 + 20) == rows  # title and captions are 20 px each
    assert not list(tmp_path.glob('*/vis_data/vis_image'))


def test_outside_a_training_nothing_is_drawn(sample, tmp_path):
    hook = ValidationSheetHook()
    hook.before_val_epoch(None)
    hook.after_val_iter(None, 0, data_batch=dict(inputs=[IMAGE]), outputs=[sample])
    hook.after_val_epoch(None)  # would ask the runner where to write

    assert hook._rows == []
