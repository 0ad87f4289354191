# FBA (Forte and Pitie, arXiv 2003.07711) from mmedit's encoder and decoder; needs the whole of
# mmedit, `make setup-mmedit`. Weights are used as they are stored, see model.standardises; to test
# what the authors published, take mmedit_fba_published.py.
_base_ = '../lsm_r50_aim.py'

norm_cfg = dict(type='GN', num_groups=32)
model = dict(
    _delete_=True,
    type='FBAMattor',
    encoder=dict(
        type='FBAResnetDilated',
        depth=50,
        in_channels=11,  # image, six distances, two channels of the trimap
        strides=(1, 2, 2, 2),
        dilations=(1, 1, 2, 4),  # in place of the strides of the last two stages
        norm_cfg=norm_cfg,
    ),
    decoder=dict(
        type='FBADecoder',
        pool_scales=(1, 2, 3, 6),
        in_channels=2048,
        channels=256,
        norm_cfg=norm_cfg,
        act_cfg=dict(type='LeakyReLU'),
    ),
    standardises=False,
)
custom_imports = dict(imports=['lsmatting_plugin', 'lsmatting_plugin.baselines.mmedit'])
