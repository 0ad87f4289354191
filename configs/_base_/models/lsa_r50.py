# The paper's network: ResNetV1d-50 with a fourth input channel and the light gated decoder,
# 38,067,809 parameters.
model = dict(
    type='LSAMattor',
    data_preprocessor=dict(type='MattingPreprocessor'),
    encoder=dict(
        type='MattingResNetV1d',
        depth=50,
        pretrained='https://download.openmmlab.com/mmclassification/v0/resnet/'
        'resnetv1d50_b32x8_imagenet_20210531-db14775a.pth',
    ),
    decoder=dict(type='LSADecoder', channels=(64, 64, 128, 256, 512), head_channels=32),
    loss_alpha=dict(type='MultiScaleAlphaLoss'),
)
