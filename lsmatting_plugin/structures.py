"""The record that accompanies an image through data loading, model and metrics."""

from mmengine.structures import BaseDataElement


class MattingDataSample(BaseDataElement):
    """Annotations, predictions and paths of one image, under mmedit's field names.

    Data fields, each a tensor when present:
        gt_alpha (1, H, W): true alpha, uint8 0..255; once a training's batch is stacked, 0..1.
        gt_fg, gt_bg, gt_merged (3, H, W): foreground, background, composite; BGR, 0..255.
        trimap (1, H, W): 0 background, 255 foreground, between them unknown.
        guide (C, H, W): what a method without a network makes of the image, uint8, 0..255.
        ori_alpha, ori_trimap (1, H, W): the same as loaded, before any resizing.
        output.pred_alpha (H, W): the predicted alpha, float32, 0..1 (see ``LSAMattor.test_cfg``).

    Meta fields: ``merged_path``, ``trimap_path``, ``alpha_path``, ``fg_path``, ``bg_path``,
    ``matte_name``, the file name that a benchmark wants, and ``ori_merged_shape`` (H, W, 3), the
    size to which a prediction is brought back.
    """
