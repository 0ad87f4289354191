import pytest
import torch
from mmengine.config import Config

from lsmatting_plugin.apis import init_model


@pytest.fixture(scope='session')
def build_model(make_tiny_model_cfg):
    """Factory of tiny networks, of a variant by its name, with batch norms that do something."""

    def build(variant='plain', **arguments):
        cfg = make_tiny_model_cfg()
        decoder, other = VARIANTS[variant]
        cfg['decoder'].update(decoder)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model = init_model(Config(dict(model={**cfg, **other, **arguments})), device='cpu')
            for module in model.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.running_mean.normal_(std=0.1)
                    module.running_var.uniform_(0.5, 2)
                    torch.nn.init.uniform_(module.weight, 0.5, 1.5)
                    torch.nn.init.normal_(module.bias, std=0.1)
        return model

    return build


VARIANTS = dict(
    plain=(dict(), dict()),
    aspp=(dict(), dict(skip=dict(type='ASPPSkip'))),
    ppm=(dict(pyramid_bins=(1, 2, 3, 6)), dict()),
    fam=(dict(fusion='flow_aligned'), dict()),
    everything=(
        dict(fusion='flow_aligned', pyramid_bins=(2, 3)),
        dict(skip=dict(type='ASPPSkip', rates={5: (1, 2)})),
    ),
)
