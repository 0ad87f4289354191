"""Open a page in the browser where trimaps are painted and objects cut out.

  lsmatting serve

The page is served to this computer alone (127.0.0.1), and asks no other for anything.
"""

import argparse
import socket
from dataclasses import replace

from .estimators import add_estimator_arguments, estimator, estimator_options

INSTALL = "pip install 'lsmatting-plugin[web]'"
HELP = 'a page in the browser to paint trimaps and cut out'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument('--host', default='127.0.0.1', help='address (default: %(default)s)')
    parser.add_argument('--port', type=int, default=7860, help='default: %(default)s')
    parser.add_argument(
        '--max-megapixels', type=float, default=25, help='of a photo (default: %(default)s)'
    )
    parser.add_argument(
        '--max-upload', type=int, default=40, metavar='MB', help='default: %(default)s'
    )
    parser.add_argument('--open', action='store_true', help='open the browser')
    add_estimator_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serves until interrupted."""
    from ..apis import AlphaEstimator
    from ..web import serve

    options = estimator_options(args)

    def make_estimator(refine_steps: int, tile: int | None) -> AlphaEstimator:
        return AlphaEstimator(**vars(replace(options, refine_steps=refine_steps, tile=tile)))

    chosen = estimator(options)
    has_options = chosen.is_network and options.onnx is None
    try:
        serve(
            chosen,
            host=args.host,
            port=args.port,
            max_pixels=round(args.max_megapixels * 1e6),
            max_upload_mb=args.max_upload,
            open_browser=args.open,
            make_estimator=make_estimator if has_options else None,
        )
    except ModuleNotFoundError as error:
        raise ValueError(f'the page needs {error.name}: {INSTALL}') from error
    except OSError as error:
        if is_free(args.host, args.port):
            raise
        raise ValueError(f'port {args.port} is in use; choose another with --port') from error
    return 0


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as trial:
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True
