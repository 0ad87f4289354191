"""lsmatting serve: what it hands to the page, and how it fails."""

import socket

import pytest


@pytest.fixture
def served(monkeypatch):
    """The arguments with which the page would have been served."""
    calls = []

    def serve(estimator, **options):
        calls.append((estimator, options))

    monkeypatch.setattr('lsmatting_plugin.web.serve', serve)
    return calls


def test_the_page_is_for_this_computer_alone(lsmatting, served):
    assert lsmatting('serve', '--max-megapixels', '2.5', '--max-upload', 7)[0] == 0
    [(estimator, options)] = served
    assert estimator.name == 'closed-form'
    assert options['host'] == '127.0.0.1'
    assert (options['max_pixels'], options['max_upload_mb']) == (2_500_000, 7)
    assert options['make_estimator'] is None


def test_a_network_has_options_on_the_page(lsmatting, served, network):
    lsmatting('serve', *network)
    [(_, options)] = served
    assert options['make_estimator'](3, 64).name.startswith('network tiny')


def test_a_port_in_use_is_named(lsmatting):
    pytest.importorskip('gradio', reason='gradio is not installed')
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, said = lsmatting('serve', '--port', port)
    assert status == 1
    assert f'port {port} is in use; choose another with --port' in said
