# Foregrounds that are generated, over photographs and generated backgrounds, as photographs show
# them; validation on photographs with true alphas. data/photos is any folder of photographs.
#   python tools/dataset_converters/make_toy_dataset.py data/procedural --num-fg 960 --num-bg 800 \
#       --size 640 --photos data/photos --photo-share 0.8
#   rm data/procedural/train/*/smoke_*
_base_ = './alphamatting_test.py'

scene_pipeline = [
    dict(type='LoadImage', key='fg'),
    dict(type='LoadImage', key='alpha', color='grayscale'),
    dict(type='LoadImage', key='bg'),
    dict(type='RequireSameSize', keys=('fg', 'alpha')),
    # geometry: seen from 0.7 to 1.3 times as near
    dict(type='PadToMinSize', keys=('fg', 'alpha'), min_size=448),
    dict(type='RandomRotatedCrop', size=448, crop_range=(352, 640), min_share=0.5, rotate_prob=0.4),
    # what the thing is made of
    dict(type='RandomPhotoTexture', photos='data/photos', prob=0.35, zoom=(2, 12)),
    dict(type='RandomOpacity', prob=0.04),
    dict(type='RandomAlphaGamma', prob=0.2, low=(0.5, 1.0), high=(1.0, 2.0)),
    dict(type='RandomInvert', key='fg', prob=0.1),
    dict(type='RandomChannelShuffle', key='fg', prob=0.2),
    # what a user marks
    dict(type='GenerateTrimap', distance_range=(2, 20)),
    dict(type='RandomUnknownStrokes', prob=0.25, width=(5, 50)),
    dict(type='RandomUnseenPart', prob=0.25),
    # the camera: backgrounds are mostly out of focus
    dict(type='RandomBlur', keys='fg', prob=0.15, kernel_range=(3, 7)),
    dict(type='RandomBlur', keys=('bg',), prob=0.85, kernel_range=(9, 61)),
    dict(type='ColorJitter', keys=('fg', 'bg'), brightness=0.2, contrast=0.2, saturation=0.2),
    dict(type='Composite'),
    dict(type='RandomNoise', prob=0.3, sigma=(0.5, 3)),
    dict(type='RandomJpeg', prob=0.2, quality=(70, 97)),
    dict(type='Quantise'),
]
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DrawSampler', shuffle=True),
    dataset=dict(
        type='AIMDataset',
        data_root='data/procedural/train',
        data_prefix=dict(fg='fg', alpha='alpha', bg='coco_bg'),
        pipeline=scene_pipeline,
    ),
)
val_dataloader = {{_base_.test_dataloader}}
val_evaluator = {{_base_.test_evaluator}}
