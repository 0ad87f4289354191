# The model that comes with the package: a small network that corrects a guide, see guidance/.
_base_ = ['./_base_/default_runtime.py', './_base_/datasets/guided_scenes.py']

model = dict(
    type='LSAMattor',
    data_preprocessor=dict(type='MattingPreprocessor', guide='sampling'),
    # RGB, trimap, and the guide's three channels
    encoder=dict(
        type='MattingResNetV1d', depth=18, in_channels=7, base_channels=24, stem_channels=32
    ),
    decoder=dict(
        type='LSADecoder',
        channels=(32, 32, 48, 96, 128),
        head_channels=16,
        image_channels=7,
        starts_from=4,  # the guide's alpha
    ),
)

optim_wrapper = dict(
    type='OptimWrapper',
    constructor='GroupedOptimWrapperConstructor',
    optimizer=dict(type='Adam', lr=1e-3, weight_decay=1e-5, fused=True),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, end=200),
    dict(type='CosineAnnealingLR', by_epoch=True, convert_to_iter_based=True, eta_min=1e-5),
]
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=8, val_interval=4)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=8)
