# The paper's comparison for its first contribution: the same recipe on the original foregrounds.
_base_ = './lsm_r50_aim.py'

train_dataloader = dict(dataset=dict(reestimated_fg=None))
