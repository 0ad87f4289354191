# GCA (Li and Lu, Guided Contextual Attention, AAAI 2020), as in mmedit, all of which it
# needs: make setup-mmedit. Its pretrained encoder is looked for in pretrained/, then downloaded.
_base_ = 'mmedit::gca/gca_r34_4xb10-200k_comp1k.py'

# mmedit's steps; backgrounds come as they are, and are composited on the fly.
train_pipeline = [dict(step, type=f'mmedit.{step.type}') for step in _base_.train_pipeline]
# Its own choice of backgrounds, and of a second foreground, read Adobe's folders.
train_pipeline[2:4] = [
    dict(type='mmedit.LoadImageFromFile', key='bg'),
    dict(type='lsmatting_plugin.ResizeLike', key='bg', like='fg'),
]

# The harness of this project: its data sets, metrics and checkpoints.
default_scope = 'lsmatting_plugin'
custom_imports = dict(
    imports=['lsmatting_plugin', 'lsmatting_plugin.baselines.mmedit'], allow_failed_imports=False
)
default_hooks = dict(checkpoint=dict(out_dir=None, max_keep_ckpts=2))
custom_hooks = [
    dict(type='PlainCheckpointHook'),
    dict(type='StrictLoadHook'),
    dict(type='DescribeTestSetHook'),
]
visualizer = dict(_delete_=True, type='Visualizer', vis_backends=[dict(type='LocalVisBackend')])
randomness = dict(seed=0)
auto_scale_lr = dict(enable=False, base_batch_size=40)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='lsmatting_plugin.AIMDataset',
        data_root='data/aim/train',
        pipeline=train_pipeline,
    )
)
test_pipeline = [dict(step, type=f'mmedit.{step.type}') for step in _base_.test_pipeline]
# mmedit knows 0, 128 and 255 alone.
test_pipeline.insert(2, dict(type='lsmatting_plugin.SnapTrimap'))
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='lsmatting_plugin.Composition1kDataset',
        data_root='data/aim/test',
        pipeline=test_pipeline,
    )
)
test_dataloader = val_dataloader
# exact, see docs/evaluation.md
metrics = ('SAD', 'MattingMSE', 'GradientError', 'ConnectivityError')
val_evaluator = [dict(type=f'lsmatting_plugin.{metric}') for metric in metrics]
test_evaluator = val_evaluator
