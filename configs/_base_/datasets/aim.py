# Adobe Image Matting, composited on the fly with the paper's augmentation (the repository's
# "official" pipeline). Layout: data/aim/train/{fg,alpha,coco_bg}.
_base_ = './composition1k_test.py'

train_pipeline = [
    dict(type='LoadImage', key='fg'),
    dict(type='LoadImage', key='alpha', color='grayscale'),
    dict(type='LoadImage', key='bg', like='fg'),
    dict(type='RequireSameSize', keys=('fg', 'alpha')),
    # geometry
    dict(type='PadToMinSize', keys=('fg', 'alpha'), min_size=640),
    dict(
        type='RandomRotatedCrop',  # of fg + alpha and of bg, flips included, in one resampling
        size=640,
        crop_range=(480, 800),
        max_tries=5,
        min_share=0.8,
        rotate_prob=0.5,
        max_angle=180,
        max_shift=10,
        flip_prob=0.5,
    ),
    # alpha and colour
    dict(type='RandomAlphaGamma', prob=0.3, low=(0.5, 1.0), high=(1.0, 2.0)),
    dict(type='RandomInvert', key='fg', prob=0.3),
    dict(type='RandomChannelShuffle', key='fg', prob=0.3),
    dict(type='GenerateTrimap', distance_range=(1, 24)),
    # sharpness and light, of fg and bg each
    dict(type='RandomBlur', keys=('fg', 'bg'), prob=0.3, kernel_range=(3, 7)),
    dict(type='RandomRescale', key='fg', prob=0.3, sizes=(960, 320)),
    dict(type='RandomRescale', key='bg', prob=0.3, sizes=(960, 320)),
    dict(type='ColorJitter', keys=('fg', 'bg'), brightness=0.2, contrast=0.2, saturation=0.2),
    dict(type='Composite'),
    dict(type='PackMattingInputs', keys=('alpha', 'trimap')),
]
train_dataloader = dict(
    batch_size=16,  # per process; on n GPUs, 16 / n keeps the paper's batch of 16
    num_workers=8,  # at most: the tools start no more than there are cores
    persistent_workers=True,
    sampler=dict(type='DrawSampler', shuffle=True),
    dataset=dict(
        type='AIMDataset',
        data_root='data/aim/train',
        data_prefix=dict(fg='fg', alpha='alpha', bg='coco_bg'),
        reestimated_fg='kappa_fg',  # section 5.4: made by tools/reestimate_foreground.py
        pipeline=train_pipeline,
    ),
)
