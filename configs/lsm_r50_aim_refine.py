# The paper's network, tested with backpropagating refinement (section 5.6).
_base_ = './lsm_r50_aim.py'

model = dict(refiner=dict(type='BackpropRefiner', steps=100, lr=20.0, preserve_weight=0.1))
