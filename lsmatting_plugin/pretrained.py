"""Weights from the web: found beside the project, else downloaded once."""

import hashlib
import http.client
import logging
import os
import re
import urllib.error
import urllib.request
from http.client import HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import mmengine
from mmengine.logging import print_log
from mmengine.runner.checkpoint import get_external_models

from .checkpoint_error import CheckpointError
from .stated_hash import CHUNK, stated_hash
from .whole_files import partial_path

FOLDER = 'pretrained'
TIMEOUT = 15.0  # seconds without an answer after which a download is given up
MAX_BYTES = 8 * 2**30  # of a download; the largest matting networks have less than a quarter


def fetch_pretrained(url: str, folder: str | Path = FOLDER) -> Path:
    """Path of a weights file in ``folder``, downloaded from ``url`` if it is not there yet.

    Args:
        url (str): Where the file comes from, by https; its last part is the file's name. A name
            that ends in ``-<8 hex digits>.pth``, as OpenMMLab's do, states the start of the file's
            SHA-256, which a download must match. Of another download a warning tells the SHA-256.
        folder (str | Path): Looked into first; made when something is downloaded. What lies there
            is checked when it is read, see :func:`.read_checkpoint`.

    Returns:
        Path: The file, complete: a download is written under a temporary name and then renamed.

    Raises:
        CheckpointError: The file is not local, and the URL is not one by https.
        OSError: The file is neither local nor to be had from ``url``, or arrived damaged, or has
            more than ``MAX_BYTES``.
    """
    parts = urlsplit(url)
    name = parts.path.rsplit('/', 1)[-1]
    if not re.fullmatch(r'\w[\w.+-]*', name):
        raise CheckpointError(f'{url} names no file to download')
    path = Path(folder) / name
    if path.is_file():
        return path
    if parts.scheme != 'https':
        raise CheckpointError(
            f'{url} is not downloaded, for only https:// is safe to: fetch {name} yourself, check '
            f'it, and put it into {folder}/'
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(path)
    try:
        digest = _download(url, partial)
        stated = stated_hash(name)
        if stated is None:
            print_log(
                f'The name of {name} states no hash to check it by; its SHA-256 is {digest}',
                logger='current',
                level=logging.WARNING,
            )
        elif not digest.startswith(stated):
            raise OSError(f'{name} arrived damaged: SHA-256 begins with {digest[:8]}, not {stated}')
        os.replace(partial, path)
    except urllib.error.URLError as error:
        raise OSError(f'{parts.netloc} did not send {name}: {error}') from error
    except http.client.HTTPException as error:  # a garbled answer; alone of all, no OSError
        raise OSError(f'{url} answered with no valid HTTP: {error!r}') from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def address_of(source: str) -> str:
    """The https address behind a name of OpenMMLab's or torchvision's lists.

    Args:
        source (str): Such as ``'open-mmlab://mmedit/vgg16'`` or ``'torchvision://vgg16'``; what
            else it may be stays as it is.

    Raises:
        CheckpointError: The list has no such name.
    """
    scheme, _, name = source.partition('://')
    if scheme in ('open-mmlab', 'openmmlab'):
        addresses = get_external_models()
    elif scheme == 'torchvision':
        addresses = mmengine.load(Path(mmengine.__path__[0], 'hub/torchvision_0.12.json'))
    else:
        return source
    if name not in addresses:
        raise CheckpointError(f'{source}: the list of {scheme} has no {name!r}')
    return addresses[name]


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows no server that sends us on to where anybody may listen and change the answer."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != 'https':
            raise OSError(f'{req.full_url} leads to {newurl}, which is not https')
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(url: str, target: Path) -> str:
    """Writes what arrives; returns its SHA-256 in hex digits."""
    digest, arrived = hashlib.sha256(), 0
    opener = urllib.request.build_opener(_HttpsOnly)
    with opener.open(url, timeout=TIMEOUT) as response, open(target, 'wb') as file:
        announced = response.headers['Content-Length']
        while chunk := response.read(CHUNK):
            arrived += len(chunk)
            if arrived > MAX_BYTES:
                raise OSError(f'{url} sends more than {MAX_BYTES} bytes, the most that is taken')
            digest.update(chunk)
            file.write(chunk)
    if announced is not None and arrived != int(announced):
        raise OSError(f'{url} arrived cut off: {arrived} of {announced} bytes')
    return digest.hexdigest()
