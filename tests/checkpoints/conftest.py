import pickle

import pytest
import torch

from lsmatting_plugin.registry import MODELS


class Toucher:
    """Makes a file when it is unpickled, as an attacker's object would run a program."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), 'w')


def write_zip(content, path):
    torch.save(content, path)


def write_legacy(content, path):
    torch.save(content, path, _use_new_zipfile_serialization=False)


def write_bare(content, path):
    path.write_bytes(pickle.dumps(content, protocol=2))


@pytest.fixture(scope='session')
def model(make_tiny_model_cfg):
    """Only to be looked at."""
    return MODELS.build(make_tiny_model_cfg())


@pytest.fixture
def weights(model):
    return dict(model.state_dict())


@pytest.fixture
def touched(tmp_path):
    """The file that malicious checkpoints would make."""
    return tmp_path / 'touched'


@pytest.fixture(params=[write_zip, write_legacy, write_bare], ids=['zip', 'legacy', 'bare pickle'])
def malicious(request, weights, touched, tmp_path):
    """A checkpoint of the tiny model that makes a file when it is unpickled without care."""
    content = dict(
        meta=dict(epoch=1, iter=1), state_dict=weights, message_hub={}, optimizer=Toucher(touched)
    )
    path = tmp_path / 'malicious.pth'
    request.param(content, path)
    return path
