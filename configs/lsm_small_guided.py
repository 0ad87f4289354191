# The model that comes with the package: a small network that corrects a guide, see guidance/.
#   python tools/train.py configs/lsm_small_guided.py --amp --ema
_base_ = [
    './_base_/default_runtime.py',
    './_base_/models/lsa_small.py',
    './_base_/datasets/guided_scenes.py',
    './_base_/schedules/adam_small.py',
]

model = dict(
    data_preprocessor=dict(guide='sampling'),
    # RGB, trimap, and the guide's three channels
    encoder=dict(in_channels=7),
    decoder=dict(image_channels=7, starts_from=4),  # the guide's alpha
)
