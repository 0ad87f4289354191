# What any method must beat: 0.5 wherever the trimap is unknown. Nothing to train:
# python tools/test.py configs/baselines/trivial.py
_base_ = ['../_base_/default_runtime.py', '../_base_/datasets/composition1k_test.py']

model = dict(type='TrivialMattor')
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
