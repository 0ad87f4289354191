# The paper's fine-tuning on alphamatting.com's 27 training images, without composition (5.3); start
# it from a network trained on AIM: --cfg-options load_from=work_dirs/lsm_r50_aim/CHECKPOINT
_base_ = [
    './_base_/default_runtime.py',
    './_base_/models/lsa_r50.py',
    './_base_/datasets/alphamatting_test.py',
    './_base_/schedules/adam_200e.py',
]

model = dict(norm_eval=True, tta=dict(type='MattingTTA', scales=(0.8, 1.0, 1.25)))

images = ('merged', 'alpha', 'trimap')
train_pipeline = [
    dict(type='LoadImage', key='merged'),
    dict(type='LoadImage', key='alpha', color='grayscale'),
    dict(type='LoadImage', key='trimap', color='grayscale'),
    dict(type='RequireSameSize', keys=images),
    dict(type='SnapTrimap'),
    dict(type='PadToMultiple', keys=images, divisor=64),
    dict(type='RandomFlip', keys=images, prob=0.5),
    dict(type='RandomFlip', keys=images, prob=0.5, direction='vertical'),
    dict(type='RandomTranspose', keys=images, prob=0.5),
    dict(type='RandomInvert', key='merged', prob=0.2),
    dict(type='RandomChannelShuffle', key='merged', prob=0.2),
    dict(type='PackMattingInputs', keys=('alpha', 'trimap')),
]
train_dataloader = dict(
    batch_size=1,  # images differ in size
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DrawSampler', shuffle=True),
    dataset=dict(
        type='AlphamattingDataset',
        data_root='data/alphamatting',
        data_prefix=dict(
            merged='input_training_lowres',
            trimap='trimap_training_lowres',
            alpha='gt_training_lowres',
        ),
        trimaps=(1, 2),
        draws_trimap=True,
        pipeline=train_pipeline,
    ),
)
auto_scale_lr = dict(base_batch_size=1)

# All 27 images are trained on, so that none is left to validate with.
val_cfg = None
default_hooks = dict(checkpoint=dict(interval=10, save_best=None))
