"""Each test reads the report of one fresh Python process, with mmedit or without."""

import importlib.util
import json
import subprocess
import sys

import pytest

# Fills a report on how the registries behave; what the process prints besides is a warning.
SCRIPT = """
import importlib, json, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] == 'mmedit':
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)

is_without_mmedit, tiny_model_cfg, names, report_path = json.loads(sys.argv[1])
if is_without_mmedit:
    sys.meta_path.insert(0, Blocker())

import lsmatting_plugin
report = dict(imported=sorted(sys.modules))

import mmengine.registry
from mmengine.registry import DefaultScope, Registry
roots = {name: r for name, r in vars(mmengine.registry).items() if isinstance(r, Registry)}
report['scopes'] = {}
for name, root in roots.items():
    with root.switch_scope_and_registry('lsmatting_plugin') as found:
        report['scopes'][name] = found.scope
report['roots'] = {
    name: getattr(lsmatting_plugin.registry, name, root).root is root
    for name, root in roots.items()
}
report['parent'] = lsmatting_plugin.registry.MODELS.parent.scope

report['modules'] = {}
for name in names:
    registry, key = name.split(':')
    found = getattr(lsmatting_plugin.registry, registry).get(key)
    report['modules'][name] = found and found.__module__

with DefaultScope.overwrite_default_scope('lsmatting_plugin'):
    report['built'] = type(mmengine.registry.MODELS.build(tiny_model_cfg)).__name__
report['imported_at_the_end'] = sorted(sys.modules)
with open(report_path, 'w') as file:
    json.dump(report, file)
"""

NAMES = {
    'MODELS:LSAMattor': 'lsmatting_plugin.models.mattor',
    'MODELS:lsmatting_plugin.LSAMattor': 'lsmatting_plugin.models.mattor',
    'MODELS:MattingResNetV1d': 'lsmatting_plugin.models.encoder',
    'MODELS:mmcls.ResNetV1d': 'mmcls.models.backbones.resnet',
    'DATASETS:AIMDataset': 'lsmatting_plugin.datasets.aim_dataset',
    'DATASETS:AnnotatedMattingDataset': 'lsmatting_plugin.datasets.annotated_dataset',
    'DATASETS:Composition1kDataset': 'lsmatting_plugin.datasets.composition1k_dataset',
    'DATASETS:ConcatDataset': 'mmengine.dataset.dataset_wrapper',
    'DATA_SAMPLERS:DrawSampler': 'lsmatting_plugin.datasets.sampler',
    'DATA_SAMPLERS:DefaultSampler': 'mmengine.dataset.sampler',
    'TRANSFORMS:LoadImage': 'lsmatting_plugin.datasets.transforms.loading',
    'TRANSFORMS:PackMattingInputs': 'lsmatting_plugin.datasets.transforms.formatting',
    'HOOKS:PlainCheckpointHook': 'lsmatting_plugin.engine.plain_checkpoint_hook',
    'HOOKS:CheckpointHook': 'mmengine.hooks.checkpoint_hook',
    'LOOPS:EpochBasedTrainLoop': 'lsmatting_plugin.engine.epoch_loop',
    'LOOPS:IterBasedTrainLoop': 'mmengine.runner.loops',
    'VISBACKENDS:OptionalTensorboardBackend': 'lsmatting_plugin.engine.tensorboard_backend',
    'VISUALIZERS:ForgivingVisualizer': 'lsmatting_plugin.engine.forgiving_visualizer',
    'METRICS:SAD': 'lsmatting_plugin.evaluation.metrics',
    'INFERENCERS:MattingInferencer': 'lsmatting_plugin.apis.inferencer',
    'MODELS:NoSuchThing': None,
}


@pytest.fixture(scope='module', params=['with mmedit', 'without mmedit'])
def report(request, make_tiny_model_cfg, tmp_path_factory):
    if request.param == 'with mmedit' and importlib.util.find_spec('mmedit') is None:
        pytest.skip('mmedit is not installed')
    path = tmp_path_factory.mktemp('registry') / 'report.json'
    arguments = (request.param == 'without mmedit', make_tiny_model_cfg(), [*NAMES], str(path))
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT, json.dumps(arguments)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(
        json.loads(path.read_text()),
        printed=done.stdout + done.stderr,
        expected_parent='mmengine' if arguments[0] else 'mmedit',
    )


def test_importing_the_package_imports_its_registries_alone(report):
    own = [name for name in report['imported'] if name.startswith('lsmatting_plugin')]

    assert own == ['lsmatting_plugin', 'lsmatting_plugin.registry', 'lsmatting_plugin.version']
    assert not {'mmcls', 'mmedit.models'} & set(report['imported'])


def test_every_registry_of_mmengine_has_a_child_here(report):
    assert len(report['scopes']) >= 20
    assert set(report['scopes'].values()) == {'lsmatting_plugin'}
    assert all(report['roots'].values())


def test_parent_is_mmedit_where_it_is_installed(report):
    assert report['parent'] == report['expected_parent']


def test_names_resolve_to_this_plugin_its_parents_and_mmcls(report):
    assert report['modules'] == NAMES


def test_a_model_builds_from_mmengines_registry_in_this_scope(report):
    assert report['built'] == 'LSAMattor'


def test_mmedits_models_are_never_imported(report):
    assert 'mmedit.models' not in report['imported_at_the_end']


def test_nothing_is_printed(report):
    assert report['printed'] == ''
