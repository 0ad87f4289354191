"""lsmatting serve: what it hands to the page, and how it fails."""

import socket

import pytest

from lsmatting_plugin.apis.shipped import shipped_model


@pytest.fixture
def served(monkeypatch):
    """The arguments with which the page would have been served."""
    calls = []

    def serve(estimator, **options):
        calls.append((estimator, options))

    monkeypatch.setattr('lsmatting_plugin.web.serve', serve)
    return calls


def test_the_page_is_for_this_computer_alone(lsmatting, served):
    limits = ('--max-megapixels', '2.5', '--max-upload', 7, '--max-disk', 90)
    assert lsmatting('serve', *limits)[0] == 0
    [(estimator, options)] = served
    assert estimator.name == f'network {shipped_model().config.stem} on cpu'
    assert options['host'] == '127.0.0.1'
    assert (options['max_pixels'], options['max_upload_mb']) == (2_500_000, 7)
    assert options['max_disk_mb'] == 90
    assert options['public_url'] is None
    assert options['make_estimator'](5, 512).is_network  # with what a visitor may choose


def test_a_network_has_options_on_the_page(lsmatting, served, network):
    lsmatting('serve', *network, '--refine-steps', 7, '--tile', 512)
    [(_, options)] = served
    assert options['make_estimator'](3, 64).name.startswith('network tiny')
    assert options['first_options'] == (7, 512)


def test_a_port_in_use_is_named(lsmatting):
    pytest.importorskip('gradio', reason='gradio is not installed')
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, said = lsmatting('serve', '--port', port)
    assert status == 1
    assert f'port {port} is in use; choose another with --port' in said


def test_an_address_that_is_not_this_computers_is_named(lsmatting):
    pytest.importorskip('gradio', reason='gradio is not installed')
    for host in ('192.0.2.1', 'no such host'):
        status, _, said = lsmatting('serve', '--host', host, '--port', 0)
        assert status == 1
        assert f'cannot listen on {host} port 0' in said
        assert said.count('\n') == 1


def test_behind_a_proxy_the_page_has_another_address(lsmatting, served):
    assert lsmatting('serve', '--public-url', 'https://a.example/matting/')[0] == 0
    assert served[0][1]['public_url'] == 'https://a.example/matting'


@pytest.mark.parametrize('given', ['a.example', 'ftp://a.example', 'https://', 'https://a/?b'])
def test_what_is_no_address_of_a_page_is_told(lsmatting, served, given):
    status, _, said = lsmatting('serve', '--public-url', given)
    assert status == 2
    assert 'is no address of a page' in said
    assert served == []
