"""Calls of the page's functions: what is no such call is refused before gradio has it."""

import json
import os
import socket
from pathlib import Path

import pytest
from web_visitor import picture, png_header

pytest.importorskip('gradio', reason='the web page needs gradio')

LOAD, BOX, EXAMPLE = ('photo', 'upload'), ('Use this box', 'click'), ('examples', 'select')
STROKES, RUN, SHOW = ('use-strokes', 'click'), ('run', 'click'), ('Show it on', 'change')
NO_CALLS = [
    b'', b'{', b'[]', b'null', b'7', b'"a"', b'\xff\xfe', b'[' * 100_000, b'9' * 10_000,
    b'{"data": [], "fn_index": 1}', b'{"data": [], "session_hash": "a"}',
    b'{"data": 1, "fn_index": 1, "session_hash": "a"}',
    b'{"data": [], "fn_index": 1, "session_hash": "a"}',
    b'{"data": [null, null], "fn_index": 1, "session_hash": "a"}',
    *[b'{"data": [null], "session_hash": "a", "fn_index": ' + index + b'}'
      for index in (b'999', b'-1', b'"0"', b'1e400', b'NaN', b'true', b'[]', b'{}')],
    *[b'{"data": [null], "fn_index": 0, "session_hash": ' + name + b'}'
      for name in (b'5', b'""', b'"../a"', b'"' + b'a' * 33 + b'"', b'null')],
]  # fmt: skip


@pytest.mark.parametrize('body', NO_CALLS, ids=lambda body: repr(body[:60]))
def test_what_is_no_call_is_refused(visitor, body, capsys):
    answer = visitor.post_call(body)

    assert answer.status == 400
    assert json.loads(answer.body)['detail']
    assert 'Traceback' not in capsys.readouterr().err


def test_a_call_of_any_length_is_refused(visitor):
    assert visitor.post_call(b'"' + b'a' * 300_000).status == 413


VALUES = [
    *[(LOAD, (value,)) for value in ('/etc/passwd', 5, [], {}, True, {'path': {}}, {'path': 7},
                                     picture('a\0b'), picture('a' * 5000), picture('.'))],
    *[(BOX, (None, *box, 10)) for box in ((float('nan'),) * 4, (float('inf'), 0, 1, 1),
                                          (1e300, 0, 1, 1), (10**400, 0, 1, 1), ('a', 0, 1, 1),
                                          (0, 0, {}, 1), (0, 0, [], 1), (True, 0, 1, 1))],
    *[(BOX, (None, 0, 0, 9, 9, width)) for width in (float('nan'), -3, 0, 101, 1e9, 'x', None, [])],
    *[(STROKES, (None, editor, 'guess', 10)) for editor in (5, 'a', [], {'layers': 5},
                                                            {'layers': [5]})],
    (STROKES, (None, None, 'anything', 10)),
    (STROKES, (None, None, {}, 10)),
    (RUN, (None, 'nowhere', '#fff', None)),
    (RUN, (None, 'white', 'a' * 100, None)),
    (RUN, (None, 'white', 5, None)),
]  # fmt: skip


@pytest.mark.parametrize('function, data', VALUES, ids=lambda value: repr(value)[:70])
def test_values_that_the_page_never_sends_are_refused(visitor, function, data, capsys):
    answer = visitor.join(function, *data)

    assert answer.status == 400
    assert 'Traceback' not in capsys.readouterr().err


@pytest.mark.parametrize('event', [None, {}, 5, {'index': 'a'}, {'index': [1, 2]}, {'index': True}])
def test_a_click_beside_the_gallery_is_refused(visitor, event):
    assert visitor.join(EXAMPLE, event_data=event).status == 400


def test_no_more_refinement_than_the_page_offers(start_page):
    visitor = start_page(make_estimator=lambda steps, tile: None)
    options = [(-1, 0), (201, 0), (10**9, 0), (None, 0), ('many', 0), (0, 77), (0, None)]

    answers = [visitor.join(RUN, None, 'white', '#ffffff', None, *given) for given in options]

    assert [answer.status for answer in answers] == [400] * len(options)
    assert visitor.join(RUN, None, 'white', '#ffffff', None, 200, 1024).status == 200


@pytest.mark.parametrize(
    'function, data, event, said',
    [
        (BOX, (-5, 0, 1, 1), None, 'must lie within the photo'),
        (BOX, (10**8, 0, 1, 1), None, 'must lie within the photo'),
        (BOX, (None,) * 4, None, 'all of its four numbers'),
        (EXAMPLE, (), {'index': 99}, 'no such example'),
    ],
)
def test_what_a_visitor_may_get_wrong_is_told(visitor, png, capsys, function, data, event, said):
    visitor.call(LOAD, picture(visitor.upload(png)))
    data = (None, *data, 10) if function == BOX else data

    result = visitor.call(function, *data, event_data=event)

    assert not result['success']
    assert said in result['output']['error']
    assert 'Traceback' not in capsys.readouterr().err


FOREIGN = [
    '/etc/passwd', 'http://127.0.0.1:{port}/photo.png', 'file:///etc/passwd', '{folder}',
    '{folder}/../other.png', '{folder}/link.png', '{folder}/examples/../link.png',
    'data:image/png;base64,AAAA', '//127.0.0.1:{port}/photo.png', None,
]  # fmt: skip


@pytest.mark.parametrize('named', FOREIGN, ids=str)
def test_no_file_and_no_address_is_taken_for_an_upload(visitor, png, tmp_path, named):
    folder = Path(os.environ['GRADIO_TEMP_DIR'])
    (tmp_path / 'other.png').write_bytes(png)
    (folder / 'link.png').symlink_to(tmp_path / 'other.png')
    with socket.create_server(('127.0.0.1', 0)) as trap:
        trap.setblocking(False)
        port = trap.getsockname()[1]
        path = named and named.format(folder=folder, port=port)
        address = f'http://127.0.0.1:{port}/photo.png'
        for payload in (picture(path), picture(path, url=address)):
            assert visitor.join(LOAD, payload).status == 400
            for part in ('background', 'composite', 'layers'):
                given = [payload] if part == 'layers' else payload
                editor = {'background': None, 'composite': None, 'layers': [], part: given}
                assert visitor.join(STROKES, None, editor, 'guess', 10).status == 400
        own = picture(visitor.upload(png), url=address)
        assert visitor.call(LOAD, own, session='own')['success']
        with pytest.raises(BlockingIOError):
            trap.accept()  # nobody came
    (folder / 'link.png').unlink()


@pytest.mark.parametrize('component', ['photo', 'editor'])
def test_too_many_pixels_are_told_from_the_header(visitor, component):
    bomb = picture(visitor.upload(png_header(50_000, 50_000)))
    if component == 'photo':
        result = visitor.call(LOAD, bomb)
    else:
        editor = {'background': None, 'composite': None, 'layers': [bomb]}
        result = visitor.call(STROKES, None, editor, 'guess', 10)

    assert not result['success']
    assert '0.01 million' in result['output']['error']


def test_the_server_asks_nobody(start_page, png, monkeypatch):
    reached = []
    connect = socket.socket.connect

    def watched(self, address):
        reached.append(address)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, 'connect', watched)
    monkeypatch.setattr(socket, 'getaddrinfo', lambda *a, **k: reached.append(a) or [])
    monkeypatch.setattr(socket, 'create_connection', direct(connect))
    visitor = start_page()
    visitor.call(LOAD, picture(visitor.upload(png)))
    visitor.call(EXAMPLE, event_data={'index': 1})
    assert visitor.cut_out()['success']

    assert reached == []


def direct(connect):
    """The tests' own requests, which do not count."""

    def create_connection(address, timeout=None, source_address=None):
        made = socket.socket()
        made.settimeout(timeout)
        connect(made, address)
        return made

    return create_connection
