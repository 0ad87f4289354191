# The paper's recipe: re-estimated foregrounds and strong colour augmentation.
_base_ = [
    './_base_/default_runtime.py',
    './_base_/models/lsa_r50.py',
    './_base_/datasets/aim.py',
    './_base_/schedules/adam_200e.py',
]
