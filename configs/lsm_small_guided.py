# The model that comes with the package: a small network that corrects a guide, see guidance/.
_base_ = ['./_base_/default_runtime.py', './_base_/datasets/guided_crops.py']

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
        head_channels=24,
        image_channels=7,
        starts_from=4,  # the guide's alpha
    ),
)
