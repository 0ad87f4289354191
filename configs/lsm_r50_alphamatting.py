# The paper's network on alphamatting.com, with its augmentation there: 8 flips at 3 scales (5.5).
# --refine-steps 100 refines each of the 24 views.
_base_ = [
    './_base_/default_runtime.py',
    './_base_/models/lsa_r50.py',
    './_base_/datasets/alphamatting_test.py',
]

model = dict(tta=dict(type='MattingTTA', scales=(0.8, 1.0, 1.25)))
test_cfg = dict(type='TestLoop')
default_hooks = dict(logger=dict(interval=1))  # an image takes minutes on a CPU
