"""The matting models of mmedit in the same harness; needs all of mmedit, ``make setup-mmedit``.

Importing this makes mmedit's models importable without a compiler, and registers FBAMattor.
"""

from .compiled_ops import stand_in_for_compiled_ops

stand_in_for_compiled_ops()

from .fba import FBAMattor  # noqa: E402  (mmedit cannot be imported before)

__all__ = ['FBAMattor']
