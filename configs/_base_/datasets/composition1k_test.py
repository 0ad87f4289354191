# Testing in Composition-1k's layout: data/aim/test/{merged,trimaps,alpha_copy}.
test_pipeline = [
    dict(type='LoadImage', key='alpha', color='grayscale', keep_original=True),
    dict(type='LoadImage', key='trimap', color='grayscale', keep_original=True),
    dict(type='LoadImage', key='merged', keep_original=True),
    dict(type='RequireSameSize', keys=('merged', 'trimap', 'alpha')),
    dict(type='SnapTrimap'),
    dict(type='LimitSize', max_size=2176),
    dict(type='PackMattingInputs', keys=('trimap', 'ori_trimap', 'ori_alpha')),
]
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='Composition1kDataset', data_root='data/aim/test', pipeline=test_pipeline),
)
val_evaluator = [
    dict(type='SAD'),
    dict(type='MattingMSE'),
    dict(type='GradientError'),
    dict(type='ConnectivityError'),
]
test_dataloader = val_dataloader
test_evaluator = val_evaluator
