default_scope = 'lsmatting_plugin'
custom_imports = dict(imports=['lsmatting_plugin'], allow_failed_imports=False)

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    checkpoint=dict(
        type='CheckpointHook', interval=1, max_keep_ckpts=2, save_best='SAD', rule='less'
    ),
)
custom_hooks = [
    dict(type='PlainCheckpointHook'),  # checkpoints load with weights-only safety on
    dict(type='StrictLoadHook'),  # a checkpoint that does not fit is an error
    dict(type='IterationSeedHook'),  # dropout draws the same after resuming
    dict(type='DescribeTestSetHook'),  # scores say of which images they are
]

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),  # tools/train.py and test.py take gloo where there is no GPU
)
randomness = dict(seed=0)
log_processor = dict(by_epoch=True, window_size=50)
vis_backends = [dict(type='LocalVisBackend')]
visualizer = dict(type='Visualizer', vis_backends=vis_backends)
log_level = 'INFO'
load_from = None
resume = False
