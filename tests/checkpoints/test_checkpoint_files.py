"""Files that are no checkpoints, or no longer: each is named, in one line that tells what to do."""

import io
import re
import warnings
import zipfile

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lsmatting_plugin.checkpoint_error import CheckpointError
from lsmatting_plugin.checkpoint_io import checkpoint_bytes, read_checkpoint, read_state_dict
from lsmatting_plugin.stated_hash import name_with_hash, stated_hash

SMALL = dict(state_dict=dict(weight=torch.arange(12.0).view(3, 4)), meta=dict(epoch=3))
PAGE = b'<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>'


def as_bytes(content, **options):
    file = io.BytesIO()
    torch.save(content, file, **options)
    return file.getvalue()


ZIP, LEGACY = as_bytes(SMALL), as_bytes(SMALL, _use_new_zipfile_serialization=False)


def deflated(data):
    """The same archive, compressed, as torch never writes it."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
    return file.getvalue()


def program():
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', DeprecationWarning)
        torch.jit.save(torch.jit.script(torch.nn.ReLU()), file)
    return file.getvalue()


@pytest.fixture
def write(tmp_path):
    def to_file(data, name='net.pth'):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return to_file


@pytest.mark.parametrize('wrapped', [lambda x: dict(x=x), lambda x: [x], lambda x: (1, [x])])
def test_a_tensor_is_written_without_the_memory_that_it_is_a_part_of(write, wrapped):
    large = torch.zeros(1_000_000)
    data = checkpoint_bytes(dict(content=wrapped(large[:3])))
    assert len(data) < 10_000
    found = read_checkpoint(write(data))['content']
    assert type(found) is type(wrapped(0))


@pytest.mark.parametrize('data', [ZIP, LEGACY], ids=['zip', 'legacy'])
def test_both_of_torchs_formats_are_read(write, data):
    assert torch.equal(read_state_dict(write(data))['weight'], SMALL['state_dict']['weight'])


@pytest.mark.parametrize(
    ('data', 'reason'),
    [
        pytest.param(b'', 'it is empty', id='empty'),
        pytest.param(PAGE, 'it is text, such as a web page .* download it again', id='web page'),
        pytest.param(b'version https://git-lfs', 'it is text', id='pointer of git LFS'),
        pytest.param(ZIP[:-1], 'cut off, damaged', id='cut off'),
        pytest.param(bytes(100), 'cut off, damaged or of another kind', id='zeros'),
        pytest.param(deflated(as_bytes(dict(w=torch.zeros(10**6)))), 'unpack to', id='zip bomb'),
        pytest.param(program(), 'not a checkpoint but a TorchScript program', id='TorchScript'),
    ],
)
def test_the_line_says_what_the_file_is(write, data, reason):
    with pytest.raises(CheckpointError, match=reason) as error:
        read_checkpoint(write(data))
    assert 'net.pth is not a checkpoint' in str(error.value) and '\n' not in str(error.value)


def test_the_line_never_advises_to_switch_the_safety_off(malicious):
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(malicious)
    assert 'weights_only' not in str(error.value)


@pytest.mark.parametrize('data', [ZIP, LEGACY], ids=['zip', 'legacy'])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_refused(write, data, share):
    with pytest.raises(CheckpointError, match=r'net\.pth is not a checkpoint'):
        read_checkpoint(write(data[: int(share * len(data))]))


@pytest.mark.parametrize('data', [ZIP, LEGACY], ids=['zip', 'legacy'])
@given(share=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_a_file_with_a_damaged_byte_is_read_or_refused(write, data, share, byte):
    place = int(share * len(data))
    path = write(data[:place] + bytes([byte]) + data[place + 1 :])
    try:
        read_checkpoint(path)
    except CheckpointError as error:
        assert '\n' not in str(error)


def test_tensors_larger_than_the_memory_are_refused(write):
    """A legacy file states the size of a storage, for which memory is taken before it is read."""
    digits = b'12'  # the number of values, after the device
    [where] = [match.end() for match in re.finditer(rb'cpuq.K(?=\x0c)', LEGACY)]
    assert LEGACY[where] == int(digits)
    huge = LEGACY[: where - 1] + b'\x8a\x06' + (2**46).to_bytes(6, 'little') + LEGACY[where + 1 :]
    with pytest.raises(CheckpointError, match=r'net\.pth is not a checkpoint'):
        read_checkpoint(write(huge))


def test_a_folder_is_told_from_a_file(tmp_path):
    with pytest.raises(IsADirectoryError, match=f'{tmp_path} is a folder'):
        read_checkpoint(tmp_path)


def test_a_checkpoint_in_the_home_folder_is_found(write, tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    write(ZIP)
    assert read_checkpoint('~/net.pth')['meta'] == SMALL['meta']


def test_a_published_file_must_have_the_hash_of_its_name(write):
    name = name_with_hash('net', ZIP)
    assert read_checkpoint(write(ZIP, name))['meta'] == SMALL['meta']
    changed = ZIP.replace(b'\x03', b'\x04')
    with pytest.raises(CheckpointError, match=rf'{name} is damaged .* begins with \w+, not'):
        read_checkpoint(write(changed, name))


@pytest.mark.parametrize(
    ('name', 'stated'),
    [
        ('resnetv1d50_b32x8_imagenet_20210531-db14775a.pth', 'db14775a'),
        ('vgg16-397923af.pth', '397923af'),
        ('lsm_r50_aim-20261124.pth', None),
        ('lsm_r50_aim.pth', None),
        ('best_SAD_epoch_10.pth', None),
        ('net-DB14775A.pth', None),
        ('net-db14775a.pth.part', None),
    ],
)
def test_a_name_states_a_hash_or_a_date_or_nothing(name, stated):
    assert stated_hash(name) == stated


@pytest.mark.parametrize('address', ['http://127.0.0.1/net.pth', 's3://bucket/net.pth'])
def test_addresses_are_fetched_by_https_alone(address):
    with pytest.raises(CheckpointError, match=f'{address} is not downloaded'):
        read_checkpoint(address)
