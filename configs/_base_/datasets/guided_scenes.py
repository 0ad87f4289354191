# Training on kept scenes with their guides, see generated_scenes.py; validation on photographs.
_base_ = ['./generated_scenes.py', './alphamatting_test.py']

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
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DrawSampler', shuffle=True),
    dataset=dict(
        type='ScenesDataset',
        data_root='data/guided_scenes',
        filter_cfg=dict(max_error=0.1),  # of generated scenes as much as of photographs: 0.055
        pipeline=train_pipeline,
    ),
)
val_dataloader = {{_base_.test_dataloader}}
val_evaluator = {{_base_.test_evaluator}}
