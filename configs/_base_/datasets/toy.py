# The generated data set (long side 384 px) with the paper's augmentation at smaller sizes.
_base_ = './aim.py'

sizes = dict(
    PadToMinSize=dict(min_size=128),
    RandomRotatedCrop=dict(size=128, crop_range=(96, 200)),
    GenerateTrimap=dict(distance_range=(1, 12)),
    RandomRescale=dict(sizes=(192, 64)),
)
train_pipeline = [dict(step, **sizes.get(step.type, {})) for step in _base_.train_pipeline]

train_dataloader = dict(
    batch_size=4,
    num_workers=2,
    dataset=dict(data_root='data/toy/train', pipeline=train_pipeline),
)
val_dataloader = dict(dataset=dict(data_root='data/toy/test'))
test_dataloader = dict(dataset=dict(data_root='data/toy/test'))
