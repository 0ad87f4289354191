# The embedded default: a small network of the paper's kind on generated data, trained in minutes on
# a laptop's CPU. `make demo` runs it; tools/dataset_converters/make_toy_dataset.py makes data/toy.
_base_ = ['./_base_/default_runtime.py', './_base_/datasets/toy.py']

model = dict(
    type='LSAMattor',
    # Half the width of ResNet-18 and a slim decoder: 3.6 million parameters.
    encoder=dict(type='MattingResNetV1d', depth=18, base_channels=32, stem_channels=32),
    decoder=dict(type='LSADecoder', channels=(32, 32, 64, 128, 128), head_channels=16),
)

# From scratch, hence a higher rate than the paper's fine-tuning of ImageNet weights; one cosine.
optim_wrapper = dict(
    type='OptimWrapper',
    constructor='GroupedOptimWrapperConstructor',
    optimizer=dict(type='Adam', lr=2e-3, weight_decay=1e-4, fused=True),
    paramwise_cfg=dict(custom_keys={'norm': dict(decay_mult=0.1), 'bn': dict(decay_mult=0.1)}),
)
param_scheduler = dict(
    type='CosineAnnealingLR', by_epoch=True, convert_to_iter_based=True, eta_min=1e-5
)
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=60, val_interval=20)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=4)

default_hooks = dict(checkpoint=dict(interval=20))
