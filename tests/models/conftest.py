import http.server
import importlib.util
import ssl
import threading
from pathlib import Path

import pytest
import torch
from torch import nn

from lsmatting_plugin.registry import MODELS


@pytest.fixture(autouse=True)
def seeded():
    """Random weights and inputs are the same in each run; the generator is put back after."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.fixture
def build_encoder(tiny_model_cfg):
    """Factory of ResNetV1d-18 encoders 8 channels wide; arguments override."""

    def build(**arguments):
        encoder = MODELS.build({**tiny_model_cfg['encoder'], **arguments})
        encoder.eval()  # mmcls's does not return the module
        return encoder

    return build


@pytest.fixture
def build_mattor(make_tiny_model_cfg):
    """Factory of mattors as small as they come, in evaluation mode; arguments override."""

    def build(decoder=None, **arguments):
        cfg = {**make_tiny_model_cfg(), **arguments}
        cfg['decoder'].update(decoder or {})
        return MODELS.build(cfg).eval()

    return build


@pytest.fixture
def pyramid():
    """Factory of random features of five stages, of the sides that an encoder gives."""

    def make(size, channels, batch=2):
        sides = [[-(-side // 2**stage) for side in size] for stage in range(1, 6)]
        return tuple(torch.randn(batch, c, *hw) for c, hw in zip(channels, sides, strict=True))

    return make


@pytest.fixture
def assert_xavier():
    """Check that a module's layers start as the paper's: Xavier-uniform, BN 1/0, biases 0."""

    def check(module):
        layers = list(module.modules())
        for conv in (layer for layer in layers if isinstance(layer, nn.Conv2d)):
            area = conv.kernel_size[0] * conv.kernel_size[1]
            bound = (6 / (area * (conv.in_channels + conv.out_channels))) ** 0.5
            largest = conv.weight.abs().max().item()
            assert largest <= bound
            # Of n uniform draws the largest is below bound * 0.01^(1/n) once in a hundred times.
            assert largest > bound * 0.01 ** (1 / conv.weight.numel())
            assert conv.bias is None or not conv.bias.any()
        for norm in (layer for layer in layers if isinstance(layer, nn.BatchNorm2d)):
            assert (norm.weight == 1).all()
            assert not norm.bias.any()

    return check


class Site:
    """A web server on this machine. ``answers`` holds raw HTTP answers by file name."""

    CERTIFICATE = Path(__file__).with_name('localhost.pem')

    def __init__(self):
        self.answers, self.requests = {}, []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.lstrip('/')
                site.requests.append(name)
                self.wfile.write(site.answers.get(name, b'HTTP/1.0 404 Not Found\r\n\r\n'))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.CERTIFICATE)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def url(self, name):
        return f'https://127.0.0.1:{self.server.server_port}/{name}'

    def put(self, name, body, announced=None):
        """Offers a file; ``announced`` is the length stated, the true one by default."""
        length = len(body) if announced is None else announced
        self.answers[name] = b'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n' % length + body

    def close(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv('no_proxy', '127.0.0.1')
    monkeypatch.setenv('SSL_CERT_FILE', str(Site.CERTIFICATE))
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope='session')
def golden_weights(golden_dir):
    """The golden files' weights in memory, by the names of the released format."""
    spec = importlib.util.spec_from_file_location('golden_checkpoint', golden_dir / 'checkpoint.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.state_dict(seed=0)


@pytest.fixture(scope='session')
def golden_checkpoint(golden_weights, tmp_path_factory):
    """A file of the paper's released format with the golden files' weights."""
    path = tmp_path_factory.mktemp('golden') / 'released.pth'
    torch.save({'epoch': 100, 'state_dict': golden_weights}, path)
    return path
