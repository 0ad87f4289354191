# Variant of the original repository: flow-aligned upsampling before the alpha head.
_base_ = './lsm_r50_aim.py'

model = dict(decoder=dict(fusion='flow_aligned'))
