"""mmcv's compiled operators, for those who only import them."""

import importlib
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import NoReturn

COMPILED = 'mmcv._ext'


class _Absent(ModuleType):
    """A module that has every operator, none of which works."""

    def __getattr__(self, name: str) -> Callable:
        if name.startswith('__'):  # what Python itself asks a module for
            raise AttributeError(name)

        def operator(*args: object, **kwargs: object) -> NoReturn:
            raise RuntimeError(
                f'{name} needs compiled mmcv, which is not installed here; the matting models do '
                'without it'
            )

        return operator


def stand_in_for_compiled_ops() -> bool:
    """Lets ``mmcv.ops`` be imported where mmcv was installed without compiling, as mmcv-lite.

    mmedit's video and generation models import operators of mmcv, and with them all of mmedit's
    models do. Nothing happens where mmcv is compiled.

    Returns:
        bool: Whether the operators are absent.
    """
    try:
        return isinstance(importlib.import_module(COMPILED), _Absent)
    except ImportError:
        module = _Absent(COMPILED)
        module.__spec__ = ModuleSpec(COMPILED, loader=None)  # to those who ask, it is not there
        sys.modules[COMPILED] = module
        return True
