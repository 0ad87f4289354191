"""No line of the project turns a file or a message of somebody else's into a running program."""

import ast

import pytest
from command_line import ROOT

FOLDERS = ('lsmatting_plugin', 'tools', 'benchmarks', 'configs', 'demo')
NAMES = {
    *('pickle.load', 'pickle.loads', 'pickle.Unpickler', 'torch.jit.load'),
    *(
        'eval',
        'exec',
        'os.system',
        'os.popen',
        'torch.hub.load',
        'torch.hub.load_state_dict_from_url',
    ),
    *('urllib.request.urlopen', 'urllib.request.urlretrieve', 'urllib.request.build_opener'),
}
MODULES = {'shelve', 'marshal', 'dill', 'joblib', 'cloudpickle', 'yaml', 'torch.hub', 'requests'}
# Keyword -> the one value that is safe.
KEYWORDS = {'weights_only': True, 'allow_pickle': False, 'shell': False, 'trust_remote_code': False}
ALLOWED = {
    ('lsmatting_plugin/ray_parallel.py', 'pickle.loads'): 'from the own processes of one Ray job',
    ('lsmatting_plugin/engine/shared_batch.py', 'pickle.loads'): 'from the own loader processes',
    ('lsmatting_plugin/export/torchscript_export.py', 'torch.jit.load'): 'what was just exported',
    ('lsmatting_plugin/pretrained.py', 'urllib.request.build_opener'): 'https alone',
}


def dangers(source):
    """The dangerous names, modules and keywords in a program."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in NAMES:
            yield ast.unparse(node)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
            # Under another name it would not be found above.
            yield from (a.name for a in node.names if a.asname and a.name in ('pickle', 'os'))
        elif isinstance(node, ast.ImportFrom):
            names = {f'{node.module}.{alias.name}' for alias in node.names}
            yield from (names | {node.module}) & (NAMES | MODULES)
        elif isinstance(node, ast.Call):
            given = {k.arg: getattr(k.value, 'value', None) for k in node.keywords}
            if ast.unparse(node.func) == 'torch.load' and 'weights_only' not in given:
                yield 'torch.load'
            for keyword in given.keys() & KEYWORDS.keys():
                if given[keyword] is not KEYWORDS[keyword]:
                    yield keyword


@pytest.fixture(scope='module')
def found():
    return {
        (path.relative_to(ROOT).as_posix(), danger)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob('*.py')
        for danger in dangers(path.read_text(encoding='utf-8'))
    }


def test_there_are_none_but_those_with_a_reason(found):
    assert not found - ALLOWED.keys()


def test_no_reason_outlives_its_line(found):
    assert not ALLOWED.keys() - found


@pytest.mark.parametrize(
    ('source', 'danger'),
    [
        ('torch.load(path)', 'torch.load'),
        ('torch.load(path, weights_only=False)', 'weights_only'),
        ('torch.load(path, weights_only=is_safe)', 'weights_only'),
        ('load = pickle.loads', 'pickle.loads'),
        ('from pickle import loads', 'pickle.loads'),
        ('import pickle as p', 'pickle'),
        ('np.load(path, allow_pickle=True)', 'allow_pickle'),
        ('import yaml', 'yaml'),
        ('eval(text)', 'eval'),
        ('subprocess.run(words, shell=True)', 'shell'),
        ('from torch.hub import load', 'torch.hub'),
    ],
)
def test_this_would_be_found(source, danger):
    assert danger in set(dangers(source))


@pytest.mark.parametrize(
    'source',
    [
        'model.eval()',
        'torch.load(path, weights_only=True)',
        'np.load(path)',
        'pickle.dumps(value)',
        'import pickle',
    ],
)
def test_this_is_no_danger(source):
    assert not set(dangers(source))
