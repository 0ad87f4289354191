# FBA with the weights that its authors published, as their demo runs them: it standardises the
# filters after loading, which mmedit_fba.py, for comparison with the network alone, does not.
_base_ = './mmedit_fba.py'

model = dict(standardises=True)
