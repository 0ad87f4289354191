# Variant of the original repository: pyramid pooling of the coarsest features.
_base_ = './lsm_r50_aim.py'

model = dict(decoder=dict(pyramid_bins=(1, 2, 3, 6)))
train_dataloader = dict(drop_last=True)  # the bin of size 1 normalises over at least two images
