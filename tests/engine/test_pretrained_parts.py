import pytest
from mmengine.config import ConfigDict

from lsmatting_plugin.engine.pretrained_parts import (
    fetch_pretrained_parts,
    forget_pretrained_parts,
)


@pytest.fixture
def model():
    """A config whose encoder asks for weights from a host that does not exist."""
    init_cfg = dict(type='Pretrained', checkpoint='https://nowhere.invalid/vgg.pth')
    encoder = dict(type='VGG16', init_cfg=init_cfg)
    return ConfigDict(type='DIM', backbone=dict(encoder=encoder, decoder=dict(type='D')))


def test_what_cannot_be_had_is_a_warning(model, tmp_path, log_lines):
    fetch_pretrained_parts(model, tmp_path)
    assert model.backbone.encoder.init_cfg is None
    assert 'VGG16 starts from scratch' in log_lines[-1] and 'vgg.pth' in log_lines[-1]


def test_a_file_beside_the_project_is_taken(model, tmp_path, log_lines):
    (tmp_path / 'vgg.pth').write_bytes(b'')
    fetch_pretrained_parts(model, tmp_path)
    assert model.backbone.encoder.init_cfg.checkpoint == str(tmp_path / 'vgg.pth')
    assert not log_lines


def test_openmmlabs_short_names_are_understood(model, tmp_path):
    model.backbone.encoder.init_cfg.checkpoint = 'open-mmlab://mmedit/vgg16'
    (tmp_path / 'vgg_state_dict.pth').write_bytes(b'')
    fetch_pretrained_parts(model, tmp_path)
    assert model.backbone.encoder.init_cfg.checkpoint == str(tmp_path / 'vgg_state_dict.pth')


def test_a_checkpoint_makes_them_needless(model):
    forget_pretrained_parts(model)
    assert model.backbone.encoder.init_cfg is None
