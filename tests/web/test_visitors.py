"""Many visitors at a time: each is answered, and none sees what is another's."""

import errno
import itertools
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from web_visitor import CUT_OUT, Visitor, half, picture

pytest.importorskip('gradio', reason='the web page needs gradio')

from lsmatting_plugin.apis.alpha_estimator import AlphaEstimator
from lsmatting_plugin.web.app import WAITING

LOAD, TRIMAP, RUN = ('photo', 'upload'), ('trimap', 'upload'), ('run', 'click')
EXAMPLE = ('examples', 'select')


class Held:
    """An estimator that waits until it is let go, and keeps which photos it got.

    Attributes:
        seen (list[int]): Of each photo, in order, its blue.
        may_go (Event): Set, it waits no longer.
    """

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.may_go = threading.Event()
        self.is_busy = threading.Event()

    def __call__(self, image, trimap):
        self.seen.append(int(image[0, 0, 0]))
        self.is_busy.set()
        assert self.may_go.wait(30)
        return half(image, trimap)


@pytest.fixture
def held():
    estimator = Held()
    yield estimator
    estimator.may_go.set()


def encoded(*colour: int) -> bytes:
    return cv2.imencode('.png', np.full((8, 8, len(colour)), colour, np.uint8))[1].tobytes()


def choose(visitor: Visitor, blue: int) -> str:
    """Loads a photo of one colour and a trimap without known pixels; gives the session's name."""
    session = f'visit{blue}'
    photo, trimap = visitor.upload(encoded(blue, 0, 0)), visitor.upload(encoded(128))
    assert visitor.call(LOAD, picture(photo), session=session)['success']
    assert visitor.call(TRIMAP, None, picture(trimap), session=session)['success']
    return session


def test_twenty_at_once_are_answered_in_their_order(start_page, held):
    visitor = start_page(held)
    sessions = [choose(visitor, blue) for blue in range(10)]

    for session in sessions * 2:
        assert visitor.join(RUN, *CUT_OUT, session=session).status == 200
    held.may_go.set()
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(both_results, itertools.repeat(visitor), sessions))

    assert held.seen == [*range(10)] * 2
    assert results == [[True, True]] * 10


def both_results(visitor: Visitor, session: str) -> list[bool]:
    path = f'/gradio_api/queue/data?session_hash={session}'
    with visitor.asking('GET', path) as stream:
        done = [line for line in stream if b'"process_completed"' in line]
    return [b'"success":true' in line for line in done]


def test_twenty_visitors_at_the_same_moment(start_page):
    address = f'http://127.0.0.1:{start_page().port}'

    def visit(number: int) -> bool:
        visitor = Visitor(address)
        session = choose(visitor, number)
        return visitor.cut_out(session)['success']

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(visit, range(20))) == [True] * 20


def test_who_finds_the_queue_full_is_told_to_come_back(start_page, held):
    visitor = start_page(held)
    session = choose(visitor, 1)
    visitor.join(RUN, *CUT_OUT, session=session)
    assert held.is_busy.wait(10)

    answers = [visitor.join(RUN, *CUT_OUT, session=session) for _ in range(WAITING + 3)]

    assert [answer.status for answer in answers] == [200] * WAITING + [503] * 3
    assert b'full' in answers[-1].body
    assert visitor.ask('GET', '/').status == 200


def test_who_leaves_loses_the_place_in_the_queue(start_page, held):
    visitor = start_page(held)
    sessions = [choose(visitor, blue) for blue in (1, 2, 3)]
    visitor.join(RUN, *CUT_OUT, session=sessions[0])
    assert held.is_busy.wait(10)
    visitor.join(RUN, *CUT_OUT, session=sessions[1])
    with visitor.asking('GET', f'/gradio_api/queue/data?session_hash={sessions[1]}') as stream:
        assert b'estimation' in stream.readline()
    time.sleep(0.5)  # until the server has noticed
    visitor.join(RUN, *CUT_OUT, session=sessions[2])
    held.may_go.set()

    assert visitor.result(sessions[2])['success']
    assert held.seen == [1, 3]


def test_a_session_belongs_to_the_browser_that_began_it(start_page):
    victim = start_page()
    other = Visitor(f'http://127.0.0.1:{victim.port}')
    session = choose(victim, 7)
    victim.join(RUN, *CUT_OUT, session=session)

    nobody = Visitor(f'http://127.0.0.1:{victim.port}')
    nobody.cookie = {}
    forger = Visitor(f'http://127.0.0.1:{victim.port}')
    forger.cookie = {'Cookie': f'lsmatting_{victim.port}=0'}
    for intruder in (other, nobody, forger):
        assert intruder.join(RUN, *CUT_OUT, session=session).status == 403
        for path in (f'queue/data?session_hash={session}', f'heartbeat/{session}'):
            assert intruder.ask('GET', f'/gradio_api/{path}').status == 403
    assert victim.result(session)['success']


def test_two_sessions_share_no_photo(start_page):
    first = start_page()
    second = Visitor(f'http://127.0.0.1:{first.port}')
    choose(first, 7)

    result = second.call(RUN, *CUT_OUT, session='another')

    assert 'Say first what is object' in result['output']['error']


def test_results_lie_where_nobody_guesses(start_page):
    visitor = start_page()
    sessions = [choose(visitor, blue) for blue in (7, 8)]
    files = [visitor.cut_out(session)['output']['data'][-3:] for session in sessions]
    folders = {Path(file['path']).parent for result in files for file in result}

    assert len(folders) == 2
    for folder in folders:
        assert len(folder.name) == 32
        assert visitor.ask('GET', f'/gradio_api/file={folder}').status == 403
    answer = visitor.ask('GET', f'/gradio_api/file={files[0][0]["path"]}')
    assert answer.status == 200
    assert answer.headers['cache-control'] == 'private, no-store'


def test_a_full_disk_is_told_when_results_are_written(start_page, monkeypatch):
    visitor = start_page()
    session = choose(visitor, 7)

    def full(*given):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr('lsmatting_plugin.web.handlers.write_downloads', full)

    assert 'No space left' in visitor.cut_out(session)['output']['error']


def resident() -> float:
    """Memory of this process, MiB."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 2**20


@pytest.mark.slow
@pytest.mark.skipif(not Path('/proc/self/statm').exists(), reason='memory is read from /proc')
def test_two_hundred_cut_outs_need_no_more_memory_than_fifty(start_page, record_property):
    visitor = start_page(AlphaEstimator('closed-form'), max_disk_mb=5)
    memory = []
    for number in range(200):
        session = f'visit{number}'
        assert visitor.call(EXAMPLE, session=session, event_data={'index': 1})['success']
        assert visitor.cut_out(session)['success']
        memory.append(resident())
    record_property('memory', memory[49::50])
    folder = Path(os.environ['GRADIO_TEMP_DIR'])
    stored = sum(path.stat().st_size for path in folder.rglob('*') if path.is_file())

    assert memory[-1] - memory[49] < 20
    assert stored < 6e6
