"""Clients that stall: they are let go, and nobody waits for them."""

import queue
import socket
import time
from contextlib import suppress

import pytest
from web_visitor import Visitor, form, half

pytest.importorskip('gradio', reason='the web page needs gradio')

from lsmatting_plugin.web import body, connections, running_page


@pytest.fixture(scope='module')
def impatient(small_examples):
    """A visitor of a page that waits for half a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, 'HEAD_TIMEOUT', 0.5)
        patch.setattr(connections, 'STALL_TIMEOUT', 0.5)
        patch.setattr(body, 'GRACE', 0.5)
        with running_page(half, port=0, max_upload_mb=9) as url:
            yield Visitor(url)


def connect(visitor) -> socket.socket:
    return socket.create_connection(('127.0.0.1', visitor.port), timeout=10)


def until_closed(connection: socket.socket, drip: bytes = b'') -> tuple[bytes, float]:
    """What comes until the server closes, one byte sent every 0.1 s; seconds that it took."""
    start, answer = time.monotonic(), b''
    connection.settimeout(0.1)
    while time.monotonic() - start < 8:
        try:
            if drip:
                connection.sendall(drip)
            part = connection.recv(1000)
            if not part:
                break
            answer += part
        except TimeoutError:
            continue
        except OSError:
            break
    return answer, time.monotonic() - start


HEAD = b'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n'
UPLOAD = (
    b'POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000\r\n'
    b'Content-Type: multipart/form-data; boundary=x\r\n\r\n'
)
CALL = UPLOAD.replace(b'upload', b'queue/join').replace(b'500000', b'5000')


@pytest.mark.parametrize(
    'sent, drip, answered',
    [
        (b'', b'', b''),
        (HEAD, b'', b''),
        (HEAD + b'A: ', b'a', b''),
        (UPLOAD, b'', b'HTTP/1.1 408'),
        (UPLOAD + b'--x\r\nContent-Disposition: ', b'a', b'HTTP/1.1 408'),
        (UPLOAD, b'a', b'HTTP/1.1 400'),
        (CALL, b' ', b'HTTP/1.1 408'),
    ],
    ids=['nothing', 'half a head', 'a dripping head', 'no body', 'a dripping upload',
         'a dripping body that was refused', 'a dripping call'],
)  # fmt: skip
def test_slow_senders_are_let_go(impatient, sent, drip, answered, capsys):
    with connect(impatient) as connection:
        connection.sendall(sent)
        answer, seconds = until_closed(connection, drip)

    assert answer.startswith(answered)
    assert bool(answer) == bool(answered)
    assert 0.3 < seconds < 4
    assert 'Traceback' not in capsys.readouterr().err


def test_a_second_request_on_a_connection_is_timed_as_well(impatient):
    with connect(impatient) as connection:
        connection.sendall(b'GET /gradio_api/app_id HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' + HEAD)
        answer, seconds = until_closed(connection, b'a')

    assert answer.startswith(b'HTTP/1.1 200')
    assert seconds < 4


def test_a_reader_who_never_reads_is_let_go(impatient, monkeypatch):
    path, lost = impatient.upload(bytes(8_000_000)), queue.Queue()
    lose = connections.PatientProtocol.connection_lost

    def noted(self, exc):
        lose(self, exc)
        lost.put(self.client[1])

    monkeypatch.setattr(connections.PatientProtocol, 'connection_lost', noted)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(('127.0.0.1', impatient.port))
        request = f'GET /gradio_api/file={path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
        connection.sendall(request.encode())
        while lost.get(timeout=20) != connection.getsockname()[1]:
            pass  # another test's


def test_others_are_served_meanwhile(visitor):
    stalled = [connect(visitor) for _ in range(60)]
    for index, connection in enumerate(stalled):
        connection.sendall((HEAD, UPLOAD + form(('a', b'0'))[:50], CALL)[index % 3])
    start = time.monotonic()

    assert visitor.ask('GET', '/').status == 200
    assert visitor.upload(b'0')
    assert time.monotonic() - start < 3
    for connection in stalled:
        connection.close()


def test_a_steady_upload_may_take_its_time(impatient, monkeypatch):
    monkeypatch.setattr(body, 'RATE', 50_000)
    sent = form(('a.png', bytes(200_000)))

    def slowly():
        for start in range(0, len(sent), 20_000):
            time.sleep(0.15)  # 130 KB/s, above the least rate; 1.6 s in all
            yield sent[start : start + 20_000]

    kind = {'Content-Type': 'multipart/form-data; boundary=x'}
    with impatient.asking('POST', '/gradio_api/upload', slowly(), kind) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    'sent',
    [b'\r\n\r\n', b'GET\r\n\r\n', b'\x16\x03\x01\x02', b'GET / HTTP/9\r\n\r\n', b'A' * 100_000,
     b'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', b'GET / HTTP/1.1\r\n' + b'A: b\r\n' * 50_000,
     UPLOAD.replace(b'500000', b'-5'), UPLOAD.replace(b'500000', b'5\r\nContent-Length: 6'),
     UPLOAD.replace(b'Content-Length: 500000', b'Transfer-Encoding: chunked') + b'zz\r\n'],
    ids=lambda sent: repr(sent[:40]),
)  # fmt: skip
def test_what_is_no_http_is_told_so(impatient, sent, capsys):
    with connect(impatient) as connection:
        with suppress(OSError):  # closed before all was sent
            connection.sendall(sent)
        answer, _ = until_closed(connection)

    assert answer[:12] in (b'', b'HTTP/1.1 400')
    assert impatient.ask('GET', '/').status == 200
    assert 'Traceback' not in capsys.readouterr().err
