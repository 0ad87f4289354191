# The other way round: this project's network in a config of mmedit, on its data set (annotation
# lists, see the README), scored by its metrics; needs the whole of mmedit, `make setup-mmedit`.
_base_ = [
    'mmedit::_base_/datasets/comp1k.py',
    'mmedit::_base_/matting_default_runtime.py',
]
custom_imports = dict(
    imports=['lsmatting_plugin', 'lsmatting_plugin.baselines.mmedit'], allow_failed_imports=False
)

model = dict(
    type='lsmatting_plugin.LSAMattor',
    encoder=dict(type='MattingResNetV1d', depth=50),
    decoder=dict(type='LSADecoder'),
    test_cfg=dict(pred_dtype='uint8'),  # as mmedit's metrics want it
)

grey = dict(type='LoadImageFromFile', color_type='grayscale', save_original_img=True)
test_pipeline = [
    dict(grey, key='alpha'),
    dict(grey, key='trimap'),
    dict(type='LoadImageFromFile', key='merged'),
    dict(type='PackEditInputs'),
]
train_dataloader = None
val_dataloader = None
val_evaluator = None
test_dataloader = dict(num_workers=2, dataset=dict(pipeline=test_pipeline))
test_cfg = dict(type='EditTestLoop')
# Pictures of each test image would need an image logger; the scores do not.
custom_hooks = []
visualizer = dict(_delete_=True, type='mmengine.Visualizer')
