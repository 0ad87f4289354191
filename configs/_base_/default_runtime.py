default_scope = 'lsmatting_plugin'
custom_imports = dict(imports=['lsmatting_plugin'], allow_failed_imports=False)

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=20),
    param_scheduler=dict(type='ParamSchedulerHook'),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    checkpoint=dict(
        type='AtomicCheckpointHook', interval=1, max_keep_ckpts=2, save_best='SAD', rule='less'
    ),
)
custom_hooks = [
    dict(type='PlainCheckpointHook'),  # checkpoints load with weights-only safety on
    dict(type='StrictLoadHook'),  # a checkpoint that does not fit is an error
    dict(type='IterationSeedHook'),  # dropout draws the same after resuming
    dict(type='FiniteLossHook'),  # a NaN stops the run, and its batch is kept for inspection
    dict(type='InterruptHook'),  # Ctrl-C and SIGTERM save before the run ends
    dict(type='ModelSummaryHook'),  # parameters and cost, before the first iteration
    dict(type='ValidationSheetHook', num_images=4),  # predictions beside the truth, as pictures
    dict(type='CurvesHook'),  # loss, learning rate and metrics as a picture, at the end
    dict(type='DescribeTestSetHook'),  # scores say of which images they are
]

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),  # tools/train.py and test.py take gloo where there is no GPU
)
randomness = dict(seed=0)
log_processor = dict(by_epoch=True, window_size=50)
vis_backends = [dict(type='LocalVisBackend'), dict(type='OptionalTensorboardBackend')]
visualizer = dict(type='ForgivingVisualizer', vis_backends=vis_backends)
log_level = 'INFO'
load_from = None
resume = False
