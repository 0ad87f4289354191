custom_imports = dict(
    allow_failed_imports=False, imports=[
        'lsmatting_plugin',
    ])
default_scope = 'lsmatting_plugin'
model = dict(
    data_preprocessor=dict(guide='sampling', type='MattingPreprocessor'),
    decoder=dict(
        channels=(
            32,
            32,
            48,
            96,
            128,
        ),
        head_channels=16,
        image_channels=7,
        starts_from=4,
        type='LSADecoder'),
    encoder=dict(
        base_channels=24,
        depth=18,
        in_channels=7,
        stem_channels=32,
        type='MattingResNetV1d'),
    loss_alpha=dict(type='MultiScaleAlphaLoss'),
    type='LSAMattor')
