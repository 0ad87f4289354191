# Training on scenes that are drawn once with their guides and kept, as a guide takes longer than a
# training step:
#   python tools/dataset_converters/make_scenes.py configs/lsm_small_guided.py data/guided_scenes
_base_ = './generated_scenes.py'

# What make_scenes.py draws from.
scenes = dict(
    type='AIMDataset',
    data_root='data/procedural/train',
    data_prefix=dict(fg='fg', alpha='alpha', bg='coco_bg'),
    pipeline=[*_base_.scene_pipeline, dict(type='DrawGuide', guide='sampling')],
)

images = ('merged', 'alpha', 'trimap', 'guide')
train_pipeline = [
    dict(type='LoadScene'),
    dict(type='RandomUnknownCrop', keys=images, size=256),
    dict(type='RandomFlip', keys=images, direction='horizontal'),
    dict(type='RandomFlip', keys=images, direction='vertical'),
    dict(type='RandomTranspose', keys=images),
    # The guide is the same for these, or nearly: its equations are linear in the colours.
    dict(type='RandomInvert', key='merged', prob=0.2),
    dict(type='RandomChannelShuffle', key='merged', prob=0.3),
    dict(type='ColorJitter', keys='merged', brightness=0.2, contrast=0.2, saturation=0.2),
    dict(type='PackMattingInputs', keys=('alpha', 'trimap', 'guide')),
]
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ScenesDataset',
        data_root='data/guided_scenes',
        filter_cfg=dict(max_error=0.16),  # as the hardest of the photographs
        pipeline=train_pipeline,
    ),
)
