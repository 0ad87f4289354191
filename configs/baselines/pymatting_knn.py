# KNN matting (Chen et al. 2013) by pymatting; nothing to train.
_base_ = './trivial.py'

model = dict(_delete_=True, type='ClassicalMattor', method='knn')
