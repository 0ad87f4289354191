# Closed-form matting (Levin et al. 2008) by pymatting; nothing to train.
_base_ = './trivial.py'

model = dict(_delete_=True, type='ClassicalMattor', method='closed-form')
