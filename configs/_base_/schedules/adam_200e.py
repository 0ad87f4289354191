# The original repository trains for 200 epochs, the paper reports 100; an epoch is one pass over
# the backgrounds.
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='GroupedOptimWrapperConstructor',  # few groups, for the fused kernels
    optimizer=dict(type='Adam', lr=5e-5, weight_decay=1e-4, fused=True),
    # A tenth of the decay for parameters named so; the encoder's down-sampling BNs
    # ('downsample.2') are not, and keep the full decay, as in the original.
    paramwise_cfg=dict(custom_keys={'norm': dict(decay_mult=0.1), 'bn': dict(decay_mult=0.1)}),
)
param_scheduler = dict(type='StepLR', by_epoch=True, step_size=20, gamma=0.5)

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=200, val_interval=10)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=16)
