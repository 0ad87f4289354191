import hashlib
import socket

import pytest

from lsmatting_plugin.models.pretrained import fetch_pretrained

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
    with socket.create_server(('127.0.0.1', 0)) as silent:
        url = f'http://127.0.0.1:{silent.getsockname()[1]}/net.pth'
        with pytest.raises(OSError, match='timed out'):
            fetch_pretrained(url, tmp_path, timeout=0.1)
    assert not files_in(tmp_path)
