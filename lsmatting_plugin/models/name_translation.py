"""Parameters that are published under other names, translated as they are loaded."""

from typing import Protocol

from torch import Tensor


class Translating(Protocol):
    """A network that knows the published names."""

    def translate_names(self, state_dict: dict[str, Tensor], /) -> dict[str, Tensor]:
        """The same parameters under the network's own names, which stay as they are."""


def translate_names_on_loading(
    module: Translating, state_dict: dict, prefix: str, *_: object
) -> None:
    """Renames parameters by the module's ``translate_names``, before a state dict is loaded.

    Only what lies under ``prefix`` is the network's: a wrapper (data parallel, weight averaging)
    has names of its own before it.
    """
    own = [key for key in state_dict if key.startswith(prefix)]
    parameters = {key.removeprefix(prefix): state_dict.pop(key) for key in own}
    renamed = module.translate_names(parameters)
    state_dict.update({prefix + key: value for key, value in renamed.items()})
