# The way to a stronger model on a GPU: the paper's network and schedule on generated scenes of
# 512 px, as lsm_small_procedural.py, validated on photographs. Sources as in generated_scenes.py,
# but more of them: --num-fg 8000 --num-bg 8000 --size 1024.
#   bash tools/dist_train.sh configs/lsm_r50_procedural.py 8 --amp --ema \
#       --cfg-options train_dataloader.batch_size=2
_base_ = [
    './_base_/default_runtime.py',
    './_base_/models/lsa_r50.py',
    './_base_/datasets/generated_scenes.py',
    './_base_/schedules/adam_200e.py',
]

sizes = dict(
    PadToMinSize=dict(min_size=512),
    RandomRotatedCrop=dict(size=512, crop_range=(384, 768)),
    GenerateTrimap=dict(distance_range=(1, 24)),
)
train_pipeline = [dict(step, **sizes.get(step.type, {})) for step in _base_.scene_pipeline]
train_dataloader = dict(
    batch_size=16,  # per process; on n GPUs, 16 / n keeps the paper's batch of 16
    num_workers=8,
    dataset=dict(
        pipeline=[*train_pipeline, dict(type='PackMattingInputs', keys=('alpha', 'trimap'))]
    ),
)
