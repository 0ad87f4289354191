# Testing on alphamatting.com: data/alphamatting/{input_lowres,trimap_lowres/Trimap{1,2,3}}, or the
# training set beside true alphas, {input,trimap,gt}_training_lowres.
test_pipeline = [
    dict(type='LoadImage', key='alpha', color='grayscale', keep_original=True, optional=True),
    dict(type='LoadImage', key='trimap', color='grayscale', keep_original=True),
    dict(type='LoadImage', key='merged', keep_original=True),
    dict(type='RequireSameSize', keys=('merged', 'trimap', 'alpha')),
    dict(type='SnapTrimap'),
    dict(type='LimitSize', max_size=2176),
    dict(type='PackMattingInputs', keys=('trimap', 'ori_trimap', 'ori_alpha')),
]
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='AlphamattingDataset', data_root='data/alphamatting', pipeline=test_pipeline),
)
# The test set's true alphas are not public: images without one are not scored.
test_evaluator = [
    dict(type='SAD', requires_alpha=False),
    dict(type='MattingMSE', requires_alpha=False),
    dict(type='GradientError', requires_alpha=False),
    dict(type='ConnectivityError', requires_alpha=False),
]
