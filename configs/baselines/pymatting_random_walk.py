# Random-walk matting (Grady et al. 2005) by pymatting; nothing to train.
_base_ = './trivial.py'

model = dict(_delete_=True, type='ClassicalMattor', method='random-walk')
