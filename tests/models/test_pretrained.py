import hashlib
import socket

import pytest

from lsmatting_plugin import pretrained
from lsmatting_plugin.checkpoint_error import CheckpointError
from lsmatting_plugin.pretrained import address_of, fetch_pretrained

BODY = bytes(range(256)) * 40
HASHED = f'net-{hashlib.sha256(BODY).hexdigest()[:8]}.pth'
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\ncut off'


def files_in(folder):
    return [path for path in folder.rglob('*') if path.is_file()]


def test_a_local_file_is_taken_as_it_is_without_asking_the_network(site, tmp_path):
    (tmp_path / 'net-00000000.pth').write_bytes(b'mine')
    path = fetch_pretrained(site.url('net-00000000.pth'), tmp_path)
    assert path.read_bytes() == b'mine'
    assert not site.requests


@pytest.mark.parametrize('name', [HASHED, 'net.pth'])
def test_a_download_is_kept_and_made_once(site, tmp_path, name):
    site.put(name, BODY)
    folder = tmp_path / 'new' / 'pretrained'
    paths = [fetch_pretrained(site.url(name), folder) for _ in range(2)]
    assert paths == [folder / name] * 2
    assert paths[0].read_bytes() == BODY
    assert files_in(tmp_path) == [folder / name]
    assert site.requests == [name]


@pytest.mark.parametrize(
    ('answer', 'message'),
    [
        pytest.param(dict(body=BODY[:-1]), 'damaged', id='wrong hash'),
        pytest.param(dict(body=BODY, announced=len(BODY) + 1), 'cut off', id='cut off'),
        pytest.param(
            b'HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1/net.pth\r\n\r\n',
            'leads to http://127.0.0.1/net.pth, which is not https',
            id='redirect to http',
        ),
        pytest.param(
            b'HTTP/1.0 302 Found\r\nLocation: ftp://127.0.0.1/net.pth\r\n\r\n',
            'not https',
            id='redirect to ftp',
        ),
        pytest.param(b'HTTP/1.0 404 Not Found\r\n\r\n', '404', id='not found'),
        pytest.param(b'nonsense\r\n\r\n', 'no valid HTTP', id='no HTTP'),
        pytest.param(CHUNKED, 'no valid HTTP', id='cut off within a chunk'),
    ],
)
def test_a_download_that_fails_is_an_os_error_and_leaves_no_file(site, tmp_path, answer, message):
    if isinstance(answer, dict):
        site.put(HASHED, **answer)
    else:
        site.answers[HASHED] = answer
    with pytest.raises(OSError, match=message):
        fetch_pretrained(site.url(HASHED), tmp_path)
    assert not files_in(tmp_path)


def test_a_server_that_is_not_there_is_an_os_error(site, tmp_path):
    site.close()
    with pytest.raises(OSError, match='refused'):
        fetch_pretrained(site.url(HASHED), tmp_path)
    assert not files_in(tmp_path)


def test_a_server_that_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setenv('no_proxy', '127.0.0.1')
    monkeypatch.setattr(pretrained, 'TIMEOUT', 0.1)
    with socket.create_server(('127.0.0.1', 0)) as silent:
        url = f'https://127.0.0.1:{silent.getsockname()[1]}/net.pth'
        with pytest.raises(OSError, match='timed out'):
            fetch_pretrained(url, tmp_path)
    assert not files_in(tmp_path)


def test_a_server_that_nobody_vouches_for_is_not_believed(site, tmp_path, monkeypatch):
    monkeypatch.delenv('SSL_CERT_FILE')
    site.put(HASHED, BODY)
    with pytest.raises(OSError, match='CERTIFICATE_VERIFY_FAILED'):
        fetch_pretrained(site.url(HASHED), tmp_path)
    assert not files_in(tmp_path) and not site.requests


def test_a_redirect_by_https_is_followed(site, tmp_path):
    site.put('elsewhere.pth', BODY)
    there = site.url('elsewhere.pth').encode()
    site.answers[HASHED] = b'HTTP/1.0 302 Found\r\nLocation: %s\r\n\r\n' % there
    assert fetch_pretrained(site.url(HASHED), tmp_path).read_bytes() == BODY


@pytest.mark.parametrize('is_announced', [True, False])
def test_a_download_without_end_is_given_up(site, tmp_path, monkeypatch, is_announced):
    monkeypatch.setattr(pretrained, 'MAX_BYTES', len(BODY) - 1)
    site.put('net.pth', BODY)
    if not is_announced:
        site.answers['net.pth'] = b'HTTP/1.0 200 OK\r\n\r\n' + BODY
    with pytest.raises(OSError, match=f'sends more than {len(BODY) - 1} bytes'):
        fetch_pretrained(site.url('net.pth'), tmp_path)
    assert not files_in(tmp_path)


def test_without_a_hash_in_the_name_the_true_one_is_told(site, tmp_path, log_lines):
    site.put('net.pth', BODY)
    fetch_pretrained(site.url('net.pth'), tmp_path)
    [warning] = [line for line in log_lines if 'states no hash' in line]
    assert hashlib.sha256(BODY).hexdigest() in warning


@pytest.mark.parametrize('scheme', ['http', 'file', 'ftp', 'data', 'mmcls', 'pavi', 's3', 'HTTP'])
def test_nothing_is_fetched_but_by_https(tmp_path, scheme):
    with pytest.raises(CheckpointError, match='is not downloaded, for only https'):
        fetch_pretrained(f'{scheme}://127.0.0.1/etc/net.pth', tmp_path)
    assert not files_in(tmp_path)


@pytest.mark.parametrize('url', ['https://a.example/', 'https://a.example/..', 'https://a/.x', ''])
def test_an_address_without_a_file_s_name_is_refused(tmp_path, url):
    with pytest.raises(CheckpointError, match='names no file'):
        fetch_pretrained(url, tmp_path / 'pretrained')
    assert not files_in(tmp_path)


@pytest.mark.parametrize(
    ('name', 'file'),
    [
        ('open-mmlab://mmedit/vgg16', 'vgg_state_dict.pth'),
        ('openmmlab://mmedit/vgg16', 'vgg_state_dict.pth'),
        ('torchvision://resnet50', 'resnet50-0676ba61.pth'),
    ],
)
def test_names_of_published_weights_stand_for_https_addresses(name, file):
    address = address_of(name)
    assert address.startswith('https://') and address.endswith(f'/{file}')


def test_a_name_that_is_in_no_list_is_told():
    with pytest.raises(CheckpointError, match="the list of torchvision has no 'resnet51'"):
        address_of('torchvision://resnet51')
