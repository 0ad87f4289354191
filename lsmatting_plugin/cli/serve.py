"""Open a page in the browser where trimaps are painted and objects cut out.

  lsmatting serve

The page is served to this computer alone (127.0.0.1), and asks no other for anything.
"""

import argparse
import errno
from dataclasses import replace
from socket import gaierror
from urllib.parse import urlsplit

from .estimators import add_estimator_arguments, estimator, estimator_options

INSTALL = "pip install 'lsmatting-plugin[web]'"
HELP = 'a page in the browser to paint trimaps and cut out'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument('--host', default='127.0.0.1', help='address (default: %(default)s)')
    parser.add_argument(
        '--port', type=int, default=7860, help='0: any that is free (default: %(default)s)'
    )
    parser.add_argument(
        '--max-megapixels', type=float, default=25, help='of a photo (default: %(default)s)'
    )
    parser.add_argument(
        '--max-upload', type=int, default=40, metavar='MB', help='default: %(default)s'
    )
    parser.add_argument(
        '--max-disk', type=int, default=2000, metavar='MB',
        help='of the files of all visitors; the oldest go first (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--public-url', type=web_address, metavar='URL',
        help='where browsers find the page, if a proxy stands before it',
    )  # fmt: skip
    parser.add_argument('--open', action='store_true', help='open the browser')
    add_estimator_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serves until interrupted."""
    from ..apis import AlphaEstimator
    from ..web import serve

    options = estimator_options(args)
    if not 0 <= args.port <= 65535:
        raise ValueError(f'--port {args.port}: ports are 0 to 65535')

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
            max_disk_mb=args.max_disk,
            public_url=args.public_url,
            open_browser=args.open,
            make_estimator=make_estimator if has_options else None,
            first_options=(options.refine_steps, options.tile),
        )
    except ModuleNotFoundError as error:
        raise ValueError(f'the page needs {error.name}: {INSTALL}') from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ValueError(f'port {args.port} is in use; choose another with --port') from error
        if error.errno in (errno.EADDRNOTAVAIL, errno.EACCES) or isinstance(error, gaierror):
            raise ValueError(
                f'cannot listen on {args.host} port {args.port} ({error.strerror}); choose others '
                'with --host and --port'
            ) from error
        raise
    return 0


def web_address(text: str) -> str:
    """The address of a page, without a slash at its end.

    Raises:
        ArgumentTypeError: It is none.
    """
    parts = urlsplit(text)
    if parts.scheme not in ('http', 'https') or not parts.netloc or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(
            f'{text!r} is no address of a page; https://example.org is expected'
        )
    return text.rstrip('/')
