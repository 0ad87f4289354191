# DIM, stage 3: its refinement network on top, as published (mmedit's stage-3 weights). Trained from
# stage 2, or as here from stage 1: --cfg-options load_from=..., without the StrictLoadHook.
_base_ = './mmedit_dim.py'

model = dict(
    refiner=dict(type='PlainRefiner'),
    loss_refine=dict(type='CharbonnierLoss'),
    train_cfg=dict(train_backbone=True, train_refiner=True),
    test_cfg=dict(refine=True),
)
