"""Who gets in, and to what."""

import os
from pathlib import Path

import pytest

gradio = pytest.importorskip('gradio', reason='the web page needs gradio')

from lsmatting_plugin.web.gate import ROUTES, Gate  # noqa: E402


def registered(app) -> set[tuple[str, str]]:
    """Methods and paths of all that gradio has, parameters filled in."""
    found = set()
    for route in app.routes:
        inner = getattr(route, 'original_router', None) or getattr(route, 'app', None)
        if hasattr(inner, 'routes'):
            prefix = getattr(getattr(route, 'include_context', None), 'prefix', '')
            found |= {(method, prefix + path) for method, path in registered(inner)}
        elif hasattr(route, 'methods'):
            found |= {(method, route.path) for method in route.methods}
    return found


@pytest.fixture(scope='module')
def gradio_routes():
    with gradio.Blocks() as blocks:
        gradio.Markdown('')
    app = gradio.routes.App.create_app(blocks)
    # The page's own come with each launch; 'file=' and the like hold their parameters bare.
    return registered(app)


def sample(path: str) -> str:
    for part in ('{path_or_url:path}', '{url_path:path}', '{path:path}'):
        path = path.replace(part, '/a.js' if '=' in path else 'a.js')
    return '/'.join('a1' if part.startswith('{') else part for part in path.split('/'))


NEEDED = {
    ('GET', '/'), ('HEAD', '/'), ('GET', '/assets/{path:path}'), ('GET', '/static/{path:path}'),
    ('GET', '/favicon.ico'), ('GET', '/theme.css'), ('GET', '/gradio_api/app_id'),
    ('GET', '/gradio_api/file={path_or_url:path}'), ('HEAD', '/gradio_api/file={path_or_url:path}'),
    ('GET', '/gradio_api/heartbeat/{session_hash}'), ('GET', '/gradio_api/queue/data'),
    ('GET', '/gradio_api/upload_progress'), ('POST', '/gradio_api/queue/join'),
    ('POST', '/gradio_api/upload'),
}  # fmt: skip


def test_of_gradios_routes_those_that_the_page_needs_are_open(gradio_routes):
    is_open = {
        (method, path)
        for method, path in gradio_routes
        if any(method == allowed and known.fullmatch(sample(path)) for allowed, known in ROUTES)
    }

    assert len(gradio_routes) > 60
    assert is_open == NEEDED


def test_all_others_do_not_exist(visitor, gradio_routes):
    closed = sorted(gradio_routes - NEEDED)
    statuses = {(method, path): visitor.ask(method, sample(path)).status for method, path in closed}

    assert {one for one, status in statuses.items() if status not in (404, 405)} == set()


PATHS = [
    '/gradio_api/file=/etc/passwd', '/gradio_api/file=%2fetc%2fpasswd', '/file=/etc/passwd',
    '/gradio_api/file=../pyproject.toml', '/gradio_api/file=%2e%2e/%2e%2e/etc/passwd',
    '/gradio_api/file={folder}', '/gradio_api/file={folder}/', '/gradio_api/file={folder}.lock',
    '/gradio_api/file={folder}/../../etc/passwd', '/gradio_api/file={folder}/%2e%2e/%2e%2e/etc',
    '/gradio_api/file={folder}/examples/hair.png%00', '/gradio_api/file={folder}/link',
    '/gradio_api/file=http://127.0.0.1:9/a', '/gradio_api/file=file:///etc/passwd',
    '/gradio_api/file=//etc/passwd', '/gradio_api/file=/' + 'a' * 5000,
    '/gradio_api/proxy=http://127.0.0.1:9/', '/assets/../index.html', '/assets/%2e%2e/index.html',
    '/static/..%2f..%2findex.html', '/static/%00', '//etc/passwd', '/../etc/passwd',
]  # fmt: skip


@pytest.mark.parametrize('path', PATHS, ids=lambda path: path[:50])
def test_no_other_file_is_served(visitor, path):
    folder = Path(os.environ['GRADIO_TEMP_DIR'])
    link = folder / 'link'
    link.symlink_to('/etc/passwd')
    try:
        answer = visitor.ask('GET', path.format(folder=folder))
    finally:
        link.unlink()

    assert answer.status in (400, 403, 404)
    assert b'root:' not in answer.body


@pytest.mark.parametrize(
    'host', ['example.org', 'example.org:{port}', '[', '', '127.0.0.1.example.org']
)
def test_other_names_of_this_computer_are_refused(visitor, host):
    assert visitor.ask('GET', '/', Host=host.format(port=visitor.port)).status == 400


@pytest.mark.parametrize(
    'headers',
    [
        {'Origin': 'http://example.org'},
        {'Origin': 'null'},
        {'Origin': 'http://127.0.0.1:1'},
        {'Sec-Fetch-Site': 'cross-site'},
        {'Sec-Fetch-Site': 'same-site'},
    ],
)
def test_other_sites_cannot_ask_by_a_visitors_browser(visitor, headers):
    for method, path in (('POST', '/gradio_api/upload'), ('GET', '/gradio_api/app_id')):
        with visitor.asking(method, path, b'', headers) as answer:
            assert answer.status == 403
            assert answer.getheader('access-control-allow-origin') is None


def test_a_link_from_another_site_opens_the_page(visitor):
    assert visitor.ask('GET', '/', Sec_Fetch_Site='cross-site').status == 200


def test_a_request_cannot_say_where_the_page_is(visitor):
    body = visitor.ask('GET', '/', X_Forwarded_Host='example.org', X_Gradio_Server='http://a').body

    assert b'example.org' not in body
    assert b'"root":"http://127.0.0.1:' in body


@pytest.mark.parametrize(
    'host, public_url, known, unknown',
    [
        ('0.0.0.0', None, ['192.168.0.7:7860', '[::1]:7860', 'localhost'], ['a.example']),
        ('127.0.0.1', 'https://a.example', ['a.example', '127.0.0.1'], ['b.example', '10.0.0.1']),
        ('localhost', None, ['localhost:1', '127.0.0.1'], ['192.168.0.7', 'a.example']),
    ],
)
def test_names_are_known_by_the_address_that_is_listened_on(host, public_url, known, unknown):
    gate = Gate(None, host, public_url)

    assert [gate.is_known(name) for name in known] == [True] * len(known)
    assert [gate.is_known(name) for name in unknown] == [False] * len(unknown)


def test_behind_a_proxy_the_page_is_at_its_public_address(start_page):
    visitor = start_page(public_url='https://a.example')
    page = visitor.ask('GET', '/', Host='a.example', Origin='https://a.example')

    assert b'"root":"https://a.example"' in page.body
    assert '; Secure' in given_cookie(visitor)


def given_cookie(visitor) -> str:
    return visitor.ask('GET', '/', Cookie='').headers['set-cookie']


def test_headers_forbid_what_the_page_does_not_do(visitor):
    headers = visitor.ask('GET', '/').headers
    policy = dict(part.split(' ', 1) for part in headers['content-security-policy'].split('; '))

    assert policy['default-src'] == "'none'"
    assert policy['frame-ancestors'] == "'none'"
    assert not any(mark in value for value in policy.values() for mark in ('http', '*', '.'))
    assert headers['x-content-type-options'] == 'nosniff'
    assert headers['x-frame-options'] == 'DENY'
    assert headers['referrer-policy'] == 'no-referrer'
    assert headers['cross-origin-resource-policy'] == 'same-origin'
    assert headers['cross-origin-opener-policy'] == 'same-origin'
    assert headers['cache-control'] == 'private, no-store'
    assert 'camera=()' in headers['permissions-policy']
    assert 'server' not in headers
    assert 'HttpOnly; SameSite=Lax' in given_cookie(visitor)
