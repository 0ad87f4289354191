"""The plugin's scope and registries.

Each registry is a child of mmedit's where mmedit is installed, else of mmengine's: a type name in a
config is looked up here first, then in mmedit, then in mmengine. ``locations`` makes the modules
that register components load on the first look-up, so ``import lsmatting_plugin`` stays light.
"""

import mmengine.registry as mmengine_registry
from mmengine.registry import Registry

try:
    import mmedit.registry as parent_registry
except ImportError:  # the core works without mmedit
    parent_registry = mmengine_registry

SCOPE = 'lsmatting_plugin'


def _child(name: str, *locations: str, name_in_mmedit: str = '') -> Registry:
    """A registry of this scope under mmedit's registry of that name, or else mmengine's."""
    root = getattr(mmengine_registry, name)
    parent = getattr(parent_registry, name_in_mmedit or name, root)
    modules = [f'{SCOPE}.{location}' for location in locations]
    registry = Registry(parent.name, parent=parent, scope=SCOPE, locations=modules)
    # 'lsmatting_plugin.Name' is looked up among direct children only; from mmengine's own scope
    # that would miss a grandchild.
    root.children.setdefault(SCOPE, registry)
    return registry


# Every registry mmengine has is declared: a missing one would log a warning at each look-up.
RUNNERS = _child('RUNNERS')
RUNNER_CONSTRUCTORS = _child('RUNNER_CONSTRUCTORS')
LOOPS = _child('LOOPS', 'engine')
HOOKS = _child('HOOKS', 'engine')
STRATEGIES = _child('STRATEGIES')
LOG_PROCESSORS = _child('LOG_PROCESSORS')

DATASETS = _child('DATASETS', 'datasets')
DATA_SAMPLERS = _child('DATA_SAMPLERS', 'datasets')
TRANSFORMS = _child('TRANSFORMS', 'datasets.transforms')

MODELS = _child('MODELS', 'models', 'baselines')
MODEL_WRAPPERS = _child('MODEL_WRAPPERS')
WEIGHT_INITIALIZERS = _child('WEIGHT_INITIALIZERS')
TASK_UTILS = _child('TASK_UTILS')
FUNCTIONS = _child('FUNCTIONS')

OPTIMIZERS = _child('OPTIMIZERS')
OPTIM_WRAPPERS = _child('OPTIM_WRAPPERS', 'engine')
OPTIM_WRAPPER_CONSTRUCTORS = _child('OPTIM_WRAPPER_CONSTRUCTORS', 'engine')
PARAM_SCHEDULERS = _child('PARAM_SCHEDULERS')

METRICS = _child('METRICS', 'evaluation')
EVALUATOR = _child('EVALUATOR', 'evaluation', name_in_mmedit='EVALUATORS')
INFERENCERS = _child('INFERENCERS', 'apis')

VISUALIZERS = _child('VISUALIZERS', 'engine')
VISBACKENDS = _child('VISBACKENDS', 'engine')
