# Closed-form matting drawn towards sampled colours, see guidance/; nothing to train.
_base_ = './trivial.py'

model = dict(_delete_=True, type='ClassicalMattor', method='sampled-closed-form')
