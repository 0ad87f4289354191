# The paper's comparison: original foregrounds and the repository's baseline augmentation, which has
# no jitter, inversion, channel permutation or resampling, but blends colours and blurs alpha.
_base_ = './lsm_r50_aim.py'

dropped = ('RandomInvert', 'RandomChannelShuffle', 'RandomRescale', 'ColorJitter')
train_pipeline = [step for step in _base_.train_pipeline if step.type not in dropped]
steps = [step.type for step in train_pipeline]
train_pipeline.insert(
    steps.index('RandomBlur') + 1, dict(type='RandomBlur', keys=('alpha',), prob=0.3)
)
train_pipeline.insert(
    steps.index('GenerateTrimap'), dict(type='RandomChannelBlend', key='fg', prob=0.3)
)
train_dataloader = dict(dataset=dict(reestimated_fg=None, pipeline=train_pipeline))
