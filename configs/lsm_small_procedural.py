# The small network without a guide, on scenes that are generated as it trains: what the guide
# is worth, and a start for those who want no classical method at test time.
#   python tools/train.py configs/lsm_small_procedural.py --amp --ema
_base_ = [
    './_base_/default_runtime.py',
    './_base_/models/lsa_small.py',
    './_base_/datasets/generated_scenes.py',
    './_base_/schedules/adam_small.py',
]

# Windows of 256 px at the scale of the kept scenes' 448.
sizes = dict(
    PadToMinSize=dict(min_size=256),
    RandomRotatedCrop=dict(size=256, crop_range=(202, 366)),
)
train_pipeline = [dict(step, **sizes.get(step.type, {})) for step in _base_.scene_pipeline]
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    dataset=dict(
        pipeline=[*train_pipeline, dict(type='PackMattingInputs', keys=('alpha', 'trimap'))]
    ),
)
