# Large-kernel matting (He et al. 2010) by pymatting; nothing to train.
_base_ = './trivial.py'

model = dict(_delete_=True, type='ClassicalMattor', method='large-kernel')
