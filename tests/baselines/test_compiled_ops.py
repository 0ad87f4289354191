import importlib.util
import sys
from pathlib import Path

import pytest

import lsmatting_plugin.baselines


@pytest.fixture
def compiled_ops():
    """The module by its file: its package needs the whole of mmedit."""
    folder = Path(lsmatting_plugin.baselines.__file__).parent / 'mmedit'
    spec = importlib.util.spec_from_file_location('compiled_ops', folder / 'compiled_ops.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    before = sys.modules.pop(module.COMPILED, None)
    yield module
    sys.modules.pop(module.COMPILED, None)
    if before is not None:
        sys.modules[module.COMPILED] = before


def test_operators_can_be_imported_and_not_called(compiled_ops):
    if importlib.util.find_spec('mmcv._ext') is not None:
        pytest.skip('mmcv is compiled here')
    assert compiled_ops.stand_in_for_compiled_ops()
    assert compiled_ops.stand_in_for_compiled_ops()  # once more changes nothing
    from mmcv._ext import modulated_deform_conv_forward

    with pytest.raises(RuntimeError, match='modulated_deform_conv_forward needs compiled mmcv'):
        modulated_deform_conv_forward(1, 2)


def test_to_those_who_ask_mmcv_is_still_not_compiled(compiled_ops):
    from mmengine.utils.dl_utils import mmcv_full_available

    if importlib.util.find_spec('mmcv._ext') is not None:
        pytest.skip('mmcv is compiled here')
    compiled_ops.stand_in_for_compiled_ops()
    assert not mmcv_full_available()


def test_compiled_operators_are_left_alone(compiled_ops, monkeypatch):
    real = type(sys)('mmcv._ext')
    monkeypatch.setitem(sys.modules, 'mmcv._ext', real)
    assert not compiled_ops.stand_in_for_compiled_ops()
    assert sys.modules['mmcv._ext'] is real
