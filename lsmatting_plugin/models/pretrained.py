"""ImageNet weights: found beside the project, else downloaded once."""

import hashlib
import http.client
import os
import re
import shutil
import urllib.request
from pathlib import Path


def fetch_pretrained(url: str, folder: str | Path = 'pretrained', timeout: float = 15.0) -> Path:
    """Path of a weights file in ``folder``, downloaded from ``url`` if it is not there yet.

    Args:
        url (str): Where the file comes from; its last part is the file's name. A name that ends in
            ``-<8 hex digits>.pth``, as OpenMMLab's do, states the start of the file's SHA-256,
            which a download must match.
        folder (str | Path): Looked into first; made when something is downloaded.
        timeout (float): Seconds without an answer after which the download is given up.

    Returns:
        Path: The file, complete: a download is written under a temporary name and then renamed.

    Raises:
        OSError: The file is neither local nor to be had from ``url``, or arrived damaged.
    """
    path = Path(folder) / url.rsplit('/', 1)[-1]
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f'{path.name}.{os.getpid()}.part')
    try:
        with (
            urllib.request.urlopen(url, timeout=timeout) as response,
            open(partial, 'wb') as target,
        ):
            shutil.copyfileobj(response, target)
            announced = response.headers['Content-Length']
        arrived = partial.stat().st_size
        if announced is not None and arrived != int(announced):
            raise OSError(f'{path.name} arrived cut off: {arrived} of {announced} bytes')
        _check_hash(partial, path.name)
        os.replace(partial, path)
    except http.client.HTTPException as error:  # a garbled answer; alone of all, no OSError
        raise OSError(f'{url} answered with no valid HTTP: {error!r}') from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def _check_hash(path: Path, name: str) -> None:
    """Compares the file with the hash in its published name, where the name holds one."""
    stated = re.search(r'-([0-9a-f]{8})\.pth$', name)
    if stated is None:
        return
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if not actual.startswith(stated[1]):
        raise OSError(f'{name} arrived damaged: SHA-256 starts with {actual[:8]}, not {stated[1]}')
