import json
import platform

import mmcv
import torch

from lsmatting_plugin import __version__, installation
from lsmatting_plugin.installation import describe_environment


def test_versions():
    versions = describe_environment()['versions']
    assert versions['python'] == platform.python_version()
    assert versions['lsmatting_plugin'] == __version__
    assert versions['torch'] == torch.__version__
    assert versions['mmcv'] == mmcv.__version__
    needed = {'mmengine', 'mmcls', 'numpy', 'opencv', 'pymatting'}
    assert all(versions[package] for package in needed)
    assert {'mmedit', 'onnxruntime', 'gradio'} <= versions.keys()


def test_absent_packages_are_none(monkeypatch):
    monkeypatch.setitem(installation.PACKAGES, 'gradio', ('no-such-package',))
    assert describe_environment()['versions']['gradio'] is None


def test_devices(monkeypatch):
    class Card:
        name, total_memory = 'A card', 8 * 2**30

    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 2)
    monkeypatch.setattr(torch.cuda, 'get_device_properties', lambda i: Card)

    environment = describe_environment()

    cpu, *cards = environment['devices']
    assert environment['cores'] >= 1
    assert cpu['device'] == 'cpu' and cpu['name']
    assert cpu['memory_bytes'] is None or cpu['memory_bytes'] > 2**28
    assert cards == [
        dict(device=f'cuda:{i}', name='A card', memory_bytes=8 * 2**30) for i in (0, 1)
    ]


def test_is_plain_and_silent(capfd):
    json.dumps(describe_environment())
    assert capfd.readouterr() == ('', '')
