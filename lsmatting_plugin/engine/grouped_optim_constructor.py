"""Few parameter groups, so that an optimiser's fused kernels have something to fuse."""

from mmengine.optim import DefaultOptimWrapperConstructor
from torch import nn

from ..registry import OPTIM_WRAPPER_CONSTRUCTORS


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class GroupedOptimWrapperConstructor(DefaultOptimWrapperConstructor):
    """mmengine's constructor, with one group for all parameters of the same settings.

    With ``paramwise_cfg`` mmengine makes a group of each parameter, 200 of them for the paper's
    network, and an optimiser, fused or not, goes through its groups one by one. The steps taken are
    the same.
    """

    def add_params(self, params: list[dict], module: nn.Module, prefix: str = '', **kwargs) -> None:
        """Adds the groups of a module and those below it."""
        super().add_params(params, module, prefix, **kwargs)
        if prefix == '':
            params[:] = _merged(params)


def _merged(groups: list[dict]) -> list[dict]:
    """The groups, those of equal settings as one."""
    merged: list[dict] = []
    for group in groups:
        params = group.pop('params')
        for same in merged:
            if {**same, 'params': params} == {**group, 'params': params}:
                same['params'].extend(params)
                break
        else:
            merged.append(dict(group, params=list(params)))
    return merged
