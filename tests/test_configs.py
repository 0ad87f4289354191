from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from torch import nn

from lsmatting_plugin.registry import (
    DATA_SAMPLERS,
    DATASETS,
    HOOKS,
    METRICS,
    MODELS,
    PARAM_SCHEDULERS,
    TRANSFORMS,
)

CONFIGS = sorted(path.name for path in (Path(__file__).parents[1] / 'configs').glob('*.py'))
PARTS = {
    'lsm_r50_aim.py': {
        'skip': 'IdentitySkip',
        'decoder.context': 'Identity',
        'decoder.fusion': 'ConcatFusion',
    },
    'lsm_r50_aim_aspp.py': {'skip': 'ASPPSkip'},
    'lsm_r50_aim_ppm.py': {'decoder.context': 'PyramidPooling'},
    'lsm_r50_aim_fam.py': {'decoder.fusion': 'FlowAlignedFusion'},
}
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


@pytest.fixture(scope='module')
def load(configs_dir):
    """Read a config, without the ImageNet weights that its encoder may start from."""

    def read(name):
        cfg = Config.fromfile(configs_dir / name)
        cfg.model.encoder.pretrained = None
        return cfg

    return read


@pytest.fixture(scope='module')
def recipe(load):
    """The config of the paper's recipe."""
    return load('lsm_r50_aim.py')


@pytest.fixture(scope='module')
def network(recipe):
    return MODELS.build(recipe.model)


@pytest.fixture(scope='module')
def decay(recipe, network):
    """The weight decay that the optimizer really has for each parameter, by name."""
    with DefaultScope.overwrite_default_scope(recipe.default_scope):
        optimizer = build_optim_wrapper(network, recipe.optim_wrapper).optimizer
    assert type(optimizer) is torch.optim.Adam
    assert len(optimizer.param_groups) == 2  # one for norms, one for the rest
    assert {group['lr'] for group in optimizer.param_groups} == {5e-5}
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    return {
        names[id(parameter)]: group['weight_decay']
        for group in optimizer.param_groups
        for parameter in group['params']
    }


@pytest.mark.parametrize('name', CONFIGS)
class TestEveryConfig:
    def test_names_the_scope_and_imports_it(self, load, name):
        cfg = load(name)

        assert cfg.default_scope == 'lsmatting_plugin'
        assert cfg.custom_imports.imports == ['lsmatting_plugin']

    def test_model_builds_with_the_part_that_it_is_named_for(self, load, name):
        model = MODELS.build(load(name).model)

        assert isinstance(model, nn.Module)
        for path, kind in PARTS.get(name, {}).items():
            assert type(model.get_submodule(path)).__name__ == kind

    def test_loaders_build(self, load, name):
        cfg = load(name)
        loaders = [cfg[key] for key in LOADERS if cfg.get(key)]
        assert all(DATA_SAMPLERS.get(loader.sampler.type) for loader in loaders)
        datasets = [loader.dataset for loader in loaders]
        if 'scenes' in cfg:  # what make_scenes.py draws from
            datasets.append(cfg.scenes)
        for dataset in datasets:
            assert DATASETS.get(dataset.type)
            for step in dataset.pipeline:
                if 'photos' in step:  # a folder of the user's
                    step.photos = str(Path(__file__).parents[1] / 'docs/images')
                TRANSFORMS.build(step)

    def test_hooks_and_metrics_build(self, load, name):
        cfg = load(name)
        for hook in (*cfg.default_hooks.values(), *cfg.custom_hooks):
            HOOKS.build(hook)
        for evaluator in ('val_evaluator', 'test_evaluator'):
            for metric in cfg.get(evaluator) or ():
                METRICS.build(metric)

    def test_checkpoints_stay_safe_and_strict(self, load, name):
        hooks = [hook.type for hook in load(name).custom_hooks]

        assert {'PlainCheckpointHook', 'StrictLoadHook', 'IterationSeedHook'} <= set(hooks)

    def test_long_runs_lose_nothing_and_are_seen(self, load, name):
        cfg = load(name)
        hooks = {hook.type for hook in cfg.custom_hooks}

        assert cfg.default_hooks.checkpoint.type == 'AtomicCheckpointHook'
        assert cfg.default_hooks.checkpoint.max_keep_ckpts == 2
        assert {'FiniteLossHook', 'InterruptHook'} <= hooks
        assert {'ModelSummaryHook', 'ValidationSheetHook', 'CurvesHook'} <= hooks

    def test_runs_are_seeded(self, load, name):
        assert load(name).randomness.seed is not None


class TestPapersRecipe:
    PIPELINE = [
        ('LoadImage', dict(key='fg')),
        ('LoadImage', dict(key='alpha', color='grayscale')),
        ('LoadImage', dict(key='bg', like='fg')),
        ('RequireSameSize', dict(keys=('fg', 'alpha'))),
        ('PadToMinSize', dict(keys=('fg', 'alpha'), min_size=640)),
        (
            'RandomRotatedCrop',
            dict(
                size=640,
                crop_range=(480, 800),
                max_tries=5,
                min_share=0.8,
                rotate_prob=0.5,
                max_angle=180,
                max_shift=10,
                flip_prob=0.5,
            ),
        ),
        ('RandomAlphaGamma', dict(prob=0.3, low=(0.5, 1), high=(1, 2))),
        ('RandomInvert', dict(key='fg', prob=0.3)),
        ('RandomChannelShuffle', dict(key='fg', prob=0.3)),
        ('GenerateTrimap', dict(distance_range=(1, 24))),
        ('RandomBlur', dict(keys=('fg', 'bg'), prob=0.3, kernel_range=(3, 7))),
        ('RandomRescale', dict(key='fg', prob=0.3, sizes=(960, 320))),
        ('RandomRescale', dict(key='bg', prob=0.3, sizes=(960, 320))),
        (
            'ColorJitter',
            dict(keys=('fg', 'bg'), brightness=0.2, contrast=0.2, saturation=0.2),
        ),
        ('Composite', {}),
        ('PackMattingInputs', dict(keys=('alpha', 'trimap'))),
    ]

    def test_augmentation(self, recipe):
        steps = recipe.train_dataloader.dataset.pipeline

        assert [step.type for step in steps] == [name for name, _ in self.PIPELINE]
        for step, (_, numbers) in zip(steps, self.PIPELINE, strict=True):
            assert {key: step[key] for key in numbers} == numbers

    def test_data(self, recipe):
        loader = recipe.train_dataloader

        assert loader.batch_size == recipe.auto_scale_lr.base_batch_size == 16
        assert loader.sampler == dict(type='DrawSampler', shuffle=True)
        assert loader.dataset.reestimated_fg == 'kappa_fg'
        assert recipe.test_dataloader == recipe.val_dataloader
        assert recipe.test_dataloader.batch_size == 1

    def test_network_has_the_papers_size(self, network):
        assert sum(parameter.numel() for parameter in network.parameters()) == 38_067_809

    def test_encoder_starts_from_imagenet(self, configs_dir):
        encoder = Config.fromfile(configs_dir / 'lsm_r50_aim.py').model.encoder

        assert encoder.pretrained.endswith('/resnetv1d50_b32x8_imagenet_20210531-db14775a.pth')

    def test_duration(self, recipe):
        assert recipe.train_cfg.type == 'EpochBasedTrainLoop'
        assert recipe.train_cfg.max_epochs == 200
        assert recipe.train_cfg.val_interval == 10

    def test_rate_is_halved_every_20_epochs(self, recipe):
        optimizer = torch.optim.Adam([nn.Parameter(torch.ones(1))], lr=5e-5)
        scheduler = PARAM_SCHEDULERS.build(dict(recipe.param_scheduler, optimizer=optimizer))

        rates = []
        for _ in range(200):
            rates.append(optimizer.param_groups[0]['lr'])
            optimizer.step()
            scheduler.step()

        assert rates == pytest.approx([5e-5 / 2 ** (epoch // 20) for epoch in range(200)])

    def test_weight_decay_is_a_tenth_for_names_with_norm_or_bn(self, network, decay):
        assert decay.keys() == dict(network.named_parameters()).keys()
        for name, value in decay.items():
            assert value == pytest.approx(1e-5 if 'bn' in name or 'norm' in name else 1e-4), name

    @pytest.mark.parametrize(
        'name, value',
        [
            ('encoder.stem.0.conv.weight', 1e-4),
            ('encoder.stem.0.bn.weight', 1e-5),
            ('encoder.layer1.0.bn3.bias', 1e-5),
            ('encoder.layer2.0.downsample.2.weight', 1e-4),
            ('encoder.layer2.0.downsample.2.bias', 1e-4),
            ('decoder.stage1.norm.weight', 1e-5),
            ('decoder.stage5.gate.bias', 1e-4),
            ('decoder.head.conv3.bias', 1e-4),
        ],
    )
    def test_weight_decay_of_each_kind_of_layer(self, network, decay, name, value):
        if 'downsample.2' in name:
            assert isinstance(network.encoder.layer2[0].downsample[2], nn.BatchNorm2d)

        assert decay[name] == pytest.approx(value)

    def test_weight_decay_is_that_of_the_original_names(self, decay, to_official):
        for official, value in to_official(decay).items():
            expected = 1e-5 if 'bn' in official or 'norm' in official else 1e-4
            assert value == pytest.approx(expected), official


class TestVariants:
    @pytest.mark.parametrize('name', ['lsm_r50_aim_aspp.py', 'lsm_r50_aim_ppm.py'])
    def test_last_batch_of_one_image_is_dropped_where_it_would_fail(self, load, name):
        assert load(name).train_dataloader.drop_last

    def test_baseline_has_the_originals_foregrounds_and_augmentation(self, load, recipe):
        dataset = load('lsm_r50_aim_baseline.py').train_dataloader.dataset
        steps = {(step.type, *step.get('keys', ())): step for step in dataset.pipeline}

        assert dataset.reestimated_fg is None
        assert dataset.data_root == recipe.train_dataloader.dataset.data_root
        dropped = {'RandomInvert', 'RandomChannelShuffle', 'RandomRescale', 'ColorJitter'}
        assert not dropped & {step.type for step in dataset.pipeline}
        assert len(dataset.pipeline) == len(TestPapersRecipe.PIPELINE) - 5 + 2
        assert steps['RandomBlur', 'alpha'].prob == 0.3
        assert steps['RandomChannelBlend',] == dict(type='RandomChannelBlend', key='fg', prob=0.3)

    def test_a_guided_network_sees_the_guide_that_its_scenes_were_drawn_with(self, load):
        cfg = load('lsm_small_guided.py')
        (drawn,) = (step for step in cfg.scenes.pipeline if step.type == 'DrawGuide')

        assert drawn.guide == cfg.model.data_preprocessor.guide
        model = MODELS.build(cfg.model)
        assert model.data_preprocessor.num_channels == cfg.model.encoder.in_channels

    def test_toy_reads_generated_data_only(self, load):
        cfg = load('lsm_r18_toy.py')

        assert cfg.train_dataloader.dataset.data_root == 'data/toy/train'
        assert cfg.val_dataloader == cfg.test_dataloader
        assert cfg.test_dataloader.dataset.data_root == 'data/toy/test'
