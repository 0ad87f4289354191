"""Uploads: their size, their form, and what they leave on the disk."""

import errno
import json
import os
import shutil
import socket
import time
from pathlib import Path

import pytest
from web_visitor import form

pytest.importorskip('gradio', reason='the web page needs gradio')

LIMIT = 1_000_000  # bytes, of the page in these tests


def stored() -> set[Path]:
    """The files of visitors."""
    folder = Path(os.environ['GRADIO_TEMP_DIR'])
    return {path for path in folder.rglob('*') if path.is_file() and 'examples' not in path.parts}


def chunked(body: bytes, size: int = 50_000):
    """A body without a length: http.client sends an iterable as chunks."""
    return (body[start : start + size] for start in range(0, len(body), size))


MANY = form(*[(f'{index}.png', bytes([index]) * 300_000) for index in range(5)])
SIZES = [
    ('one file', form(('a.png', b'0' * 900_000)), 200),
    ('one file that is too large', form(('a.png', b'0' * 1_200_000)), 413),
    ('files that are too large together', MANY, 413),
]


@pytest.mark.parametrize('is_chunked', [False, True], ids=['with length', 'in chunks'])
@pytest.mark.parametrize('body, status', [one[1:] for one in SIZES], ids=[one[0] for one in SIZES])
def test_all_of_an_upload_counts(visitor, body, status, is_chunked):
    before = stored()
    kind = {'Content-Type': 'multipart/form-data; boundary=x'}
    sent = chunked(body) if is_chunked else body

    with visitor.asking('POST', '/gradio_api/upload', sent, kind) as answer:
        assert answer.status == status
        assert (status == 200) == bool(stored() - before)


def test_a_length_that_is_too_large_is_refused_before_the_body_comes(visitor):
    head = (
        'POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n'
    )
    with socket.create_connection(('127.0.0.1', visitor.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b'HTTP/1.1 413')


HEAD = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
MALFORMED = {
    'empty': b'',
    'no parts': b'--x--\r\n',
    'no form': b'\x89PNG\r\n',
    'another boundary': b'--y\r\n' + HEAD,
    'cut in a file': HEAD + b'abc',
    'cut in a header': HEAD[:40],
    'cut in the last boundary': HEAD + b'abc\r\n--x',
    'a field for a file': HEAD.replace(b'; filename="a.png"', b'') + b'abc\r\n--x--\r\n',
    'no name': HEAD.replace(b' name="files";', b'') + b'abc\r\n--x--\r\n',
    'another name': HEAD.replace(b'files', b'other') + b'abc\r\n--x--\r\n',
    'no disposition': b'--x\r\n\r\nabc\r\n--x--\r\n',
    'a header without end': b'--x\r\nContent-Disposition: ' + b'a' * 100_000,
    'a thousand headers': b'--x\r\n' + b'A: b\r\n' * 1000 + b'\r\n\r\n--x--\r\n',
    'ten thousand parts': form(*[('a', b'')] * 10_000),
}


@pytest.mark.parametrize('body', MALFORMED.values(), ids=MALFORMED)
def test_malformed_uploads_are_refused_and_leave_nothing(visitor, body, capsys):
    before = stored()

    answer = visitor.post_form(body)

    assert answer.status in (400, 413)
    assert json.loads(answer.body)['detail']
    assert stored() == before
    assert 'Traceback' not in capsys.readouterr().err


@pytest.mark.parametrize(
    'kind',
    ['', 'multipart/form-data', 'multipart/form-data; boundary=', 'application/json', 'multipart/',
     'multipart/form-data; boundary=' + 'x' * 71, 'multipart/form-data; boundary="', ';;;'],
)  # fmt: skip
def test_other_kinds_of_content_are_refused(visitor, kind):
    body = form(('a.png', b'0'))

    assert visitor.ask('POST', '/gradio_api/upload', body, Content_Type=kind).status == 400


@pytest.mark.parametrize(
    'name, kept',
    [
        ('photo.png', 'photo.png'),
        ('../../x.png', 'x.png'),
        ('/etc/passwd', 'passwd'),
        ('a\0b.png', 'a_b.png'),
        ('..', 'photo'),
        ('', 'photo'),
        ('a' * 300 + '.png', 'a' * 60 + '.png'),
        ('ü\u202egnp.exe', 'gnp.exe'),
        ('<script>.png', 'script.png'),
        ('a.' + 'b' * 50, 'a'),
        ('a.PNG', 'a.png'),
    ],
)
def test_names_of_files_are_made_plain(visitor, name, kept):
    path = Path(visitor.upload(b'0', name))

    assert path.name == kept
    assert path.parent.parent == Path(os.environ['GRADIO_TEMP_DIR'])


def test_equal_uploads_are_two_files_and_each_is_a_secret(visitor):
    first, second = (Path(visitor.upload(b'0')) for _ in range(2))

    assert first != second
    assert len(first.parent.name) == 32  # 128 random bits
    assert visitor.ask('GET', f'/gradio_api/file={first}').body == b'0'
    assert visitor.ask('GET', f'/gradio_api/file={first.parent}').status == 403


def test_an_upload_that_is_cut_off_leaves_nothing(visitor):
    before = stored()
    for _ in range(5):
        with socket.create_connection(('127.0.0.1', visitor.port)) as connection:
            head = (
                'POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n'
                'Content-Type: multipart/form-data; boundary=x\r\n\r\n'
            )
            connection.sendall(head.encode() + HEAD + b'0' * 400_000)
    time.sleep(0.3)

    assert stored() == before


def test_the_oldest_files_make_room_for_new_ones(start_page):
    visitor = start_page(max_upload_mb=1, max_disk_mb=3)
    paths = [Path(visitor.upload(bytes(900_000))) for _ in range(5)]

    assert [path.exists() for path in paths] == [False, False, True, True, True]
    assert not paths[0].parent.exists()


def test_a_full_disk_is_told_and_leaves_nothing(visitor, png, monkeypatch):
    before = stored()

    def full(source, target):
        target.write(source.read(100))
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(shutil, 'copyfileobj', full)
    answer = visitor.post_form(form(('a.png', png)))

    assert answer.status == 507
    assert 'No space left' in json.loads(answer.body)['detail']
    assert stored() == before
