# Learning-based matting (Zheng and Kambhamettu 2009) by pymatting; nothing to train.
_base_ = './trivial.py'

model = dict(_delete_=True, type='ClassicalMattor', method='learning-based')
