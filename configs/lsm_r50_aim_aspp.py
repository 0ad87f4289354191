# Variant of the original repository: ASPP between encoder and decoder on stages 3, 4 and 5.
_base_ = './lsm_r50_aim.py'

model = dict(
    skip=dict(type='ASPPSkip', rates={3: (12, 24, 36), 4: (6, 12, 18), 5: (3, 6, 9)}, dropout=0.5)
)
train_dataloader = dict(drop_last=True)  # image pooling normalises over at least two images
