"""lsmatting export and lsmatting info, as people use them."""

import re

import cv2
import numpy as np
import pytest
import torch

from lsmatting_plugin.apis.shipped import shipped_model


def test_an_exported_network_makes_the_same_matte(lsmatting, files, network, tmp_path):
    pytest.importorskip('onnxruntime', reason='onnxruntime is not installed')
    exported = tmp_path / 'tiny.onnx'
    status, printed, _ = lsmatting('export', '-o', exported, *network)
    assert status == 0 and 'differs from PyTorch by' in printed
    mattes = []
    for options in (network, ('--backend', 'onnx', '--onnx', exported)):
        out = tmp_path / f'{len(mattes)}.png'
        status, _, said = lsmatting(
            *('matte', files['photo'], files['trimap'], '-o', out, '--alpha-only'), *options
        )
        assert status == 0
        mattes.append(cv2.imread(str(out), cv2.IMREAD_UNCHANGED).astype(int))
    assert 'network tiny by onnxruntime' in said
    assert np.abs(mattes[0] - mattes[1]).max() <= 1


def test_torchscript_by_suffix(lsmatting, network, tmp_path):
    assert lsmatting('export', '-o', tmp_path / 'tiny.pt', *network)[0] == 0
    loaded = torch.jit.load(tmp_path / 'tiny.pt')
    assert loaded(torch.zeros(2, 4, 64, 96)).shape == (2, 1, 64, 96)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('-o', 'a.bin'), 'a.bin: give --format, or a suffix of .onnx'),
        (('-o', 'a.onnx', '--config', 'a.py'), 'needs its weights'),
    ],
)
def test_what_cannot_be_exported_is_said(lsmatting, arguments, message):
    status, _, said = lsmatting('export', *arguments)
    assert status == 1 and message in said


def test_info_tells_versions_and_the_default(lsmatting):
    status, printed, _ = lsmatting('info')
    assert status == 0
    assert f'torch {torch.__version__}' in ' '.join(printed.split())
    # A long path goes on in the table's next row.
    assert shipped_model().checkpoint.name in re.sub(r'[\s│]', '', printed)


@pytest.mark.parametrize('missing, message', [(0, 'needs its network'), (2, 'needs its weights')])
def test_export_takes_config_and_weights_together(lsmatting, network, tmp_path, missing, message):
    given = network[2:] if missing == 0 else network[:2]
    status, _, said = lsmatting('export', '-o', tmp_path / 'tiny.onnx', *given)
    assert status == 1 and message in said


def test_info_tells_of_a_network(lsmatting, network):
    status, printed, _ = lsmatting('info', *network)
    assert status == 0 and 'gflops' in printed and 'none: random' not in printed
