# The paper's recipe without a separate pass: foregrounds are re-estimated when first drawn.
_base_ = './lsm_r50_aim.py'

checked = [step.type for step in _base_.train_pipeline].index('RequireSameSize') + 1
train_pipeline = [
    *_base_.train_pipeline[:checked],
    dict(type='ReestimateForeground', cache_dir='work_dirs/reestimated'),
    *_base_.train_pipeline[checked:],
]
train_dataloader = dict(dataset=dict(reestimated_fg=None, pipeline=train_pipeline))
