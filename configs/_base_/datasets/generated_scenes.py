# Generated foregrounds over photographs and generated backgrounds, from which training scenes with
# their guides are drawn once and kept: a guide takes longer than a training step. Made by
#   python tools/dataset_converters/make_toy_dataset.py data/procedural --num-fg 960 --num-bg 800 \
#       --size 640 --photos data/photos --photo-share 0.8
#   python tools/dataset_converters/make_scenes.py configs/lsm_small_guided.py data/guided_scenes
scene_pipeline = [
    dict(type='LoadImage', key='fg'),
    dict(type='LoadImage', key='alpha', color='grayscale'),
    dict(type='LoadImage', key='bg'),
    dict(type='RequireSameSize', keys=('fg', 'alpha')),
    # geometry: seen from half to one and a half times as near
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
    # the camera: backgrounds are mostly out of focus
    dict(type='RandomBlur', keys='fg', prob=0.15, kernel_range=(3, 7)),
    dict(type='RandomBlur', keys=('bg',), prob=0.85, kernel_range=(9, 61)),
    dict(type='ColorJitter', keys=('fg', 'bg'), brightness=0.2, contrast=0.2, saturation=0.2),
    dict(type='Composite'),
    dict(type='RandomNoise', prob=0.3, sigma=(0.5, 3)),
    dict(type='RandomJpeg', prob=0.2, quality=(70, 97)),
    dict(type='Quantise'),
    dict(type='DrawGuide', guide='sampling'),
]
scenes = dict(
    type='AIMDataset',
    data_root='data/procedural/train',
    data_prefix=dict(fg='fg', alpha='alpha', bg='coco_bg'),
    pipeline=scene_pipeline,
)
