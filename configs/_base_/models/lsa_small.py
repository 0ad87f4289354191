# The paper's kind of network with ResNet-18 in place of 50, a quarter to half as wide: 2.1 million
# parameters.
model = dict(
    type='LSAMattor',
    data_preprocessor=dict(type='MattingPreprocessor'),
    encoder=dict(type='MattingResNetV1d', depth=18, base_channels=24, stem_channels=32),
    decoder=dict(type='LSADecoder', channels=(32, 32, 48, 96, 128), head_channels=16),
    loss_alpha=dict(type='MultiScaleAlphaLoss'),
)
