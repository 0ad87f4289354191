"""A visitor of the web page, as far as HTTP goes."""

import http.client
import json
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: bytes


class Visitor:
    """A browser as far as HTTP goes: it opens the page and keeps its cookie.

    Attributes:
        port (int): Where the page is served.
        cookie (dict[str, str]): The header that tells who asks.
        functions (dict[tuple[str, str], int]): gradio's numbers for what happens at a component,
            by its id or text and the event.
    """

    def __init__(self, address: str) -> None:
        self.port = urlsplit(address).port
        self.cookie: dict[str, str] = {}
        page = self.ask('GET', '/')
        self.cookie = {'Cookie': page.headers['set-cookie'].partition(';')[0]}
        self.config = json.loads(re.search(rb'window\.gradio_config = (\{.*?\});', page.body)[1])
        names = {}
        for component in self.config['components']:
            given = component['props']
            names[component['id']] = (
                given.get('elem_id') or given.get('label') or given.get('value')
            )
        self.functions = {
            (names[target], event): function['id']
            for function in reversed(self.config['dependencies'])
            for target, event in function['targets']
        }

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request; names of headers with _ for -."""
        given = {name.replace('_', '-'): value for name, value in headers.items()}
        with self.asking(method, path, body, given) as answer:
            return Answer(answer.status, lowered(answer), answer.read())

    @contextmanager
    def asking(self, method: str, path: str, body=None, headers=None) -> Iterator:
        """A request whose answer is read as it comes."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        try:
            connection.request(method, path, body, {**self.cookie, **(headers or {})})
            yield connection.getresponse()
        finally:
            connection.close()

    def post_form(self, body: bytes, boundary: str = 'x') -> Answer:
        kind = f'multipart/form-data; boundary={boundary}'
        return self.ask('POST', '/gradio_api/upload', body, Content_Type=kind)

    def upload(self, content: bytes, name: str = 'photo.png') -> str:
        """The server's path of an uploaded file."""
        answer = self.post_form(form((name, content)))
        assert answer.status == 200, answer
        return json.loads(answer.body)[0]

    def join(self, function: tuple[str, str], *data, session: str = 'visit', **more) -> Answer:
        """Asks for a function to be called."""
        call = dict(fn_index=self.functions[function], data=data, session_hash=session, **more)
        return self.post_call(json.dumps(call).encode())

    def post_call(self, body: bytes) -> Answer:
        return self.ask('POST', '/gradio_api/queue/join', body, Content_Type='application/json')

    def result(self, session: str = 'visit') -> dict:
        """The message that the call is over."""
        path = f'/gradio_api/queue/data?session_hash={session}'
        with self.asking('GET', path) as stream:
            for line in stream:
                message = json.loads(line.removeprefix(b'data: ')) if line.strip() else {}
                if message.get('msg') in ('process_completed', 'unexpected_error'):
                    return message
        raise AssertionError('the stream ended without a result')

    def call(self, function: tuple[str, str], *data, session: str = 'visit', **more) -> dict:
        """Calls a function and waits for its result."""
        answer = self.join(function, *data, session=session, **more)
        assert answer.status == 200, answer
        return self.result(session)

    def cut_out(self, session: str = 'visit') -> dict:
        """Asks for the matte of what was chosen."""
        return self.call(('run', 'click'), *CUT_OUT, session=session)


CUT_OUT = (None, 'checkerboard', '#2a9d8f', None)


def lowered(answer: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.getheaders()}


def form(*files: tuple[str, bytes], boundary: str = 'x') -> bytes:
    """A form with files, as browsers send it."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        .encode() + content + b'\r\n'
        for name, content in files
    ]  # fmt: skip
    return b''.join(parts) + f'--{boundary}--\r\n'.encode()


def half(image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """An estimator of which every unknown pixel is half object."""
    return np.where(trimap == 128, 0.5, trimap / 255).astype(np.float32)


def picture(path: str, **more) -> dict:
    """An upload, as the page's calls name it."""
    return {'path': path, 'meta': {'_type': 'gradio.FileData'}, **more}


def png_header(width: int, height: int) -> bytes:
    """A PNG that says its size and holds no pixels: decoding it would fail."""
    content = b'IHDR' + struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack('>I', 13) + content + struct.pack('>I', zlib.crc32(content))
    return b'\x89PNG\r\n\x1a\n' + chunk + b'\0\0\0\0IDAT' + struct.pack('>I', zlib.crc32(b'IDAT'))
