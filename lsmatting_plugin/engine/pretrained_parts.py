"""Pretrained parts of other projects' models, fetched as this project's own are."""

import logging
from collections.abc import Iterator
from pathlib import Path

from mmengine.config import ConfigDict
from mmengine.logging import print_log

from ..pretrained import FOLDER, address_of, fetch_pretrained


def fetch_pretrained_parts(model: dict, folder: str | Path = FOLDER) -> None:
    """Points each ``init_cfg`` of type 'Pretrained' to a local file.

    mmengine would end a run whose weights cannot be had, after pages of errors. Here such a part
    starts from scratch, with a warning.

    Args:
        model (dict): Config of a model; changed.
        folder (str | Path): Where weights are looked for, and downloaded to.

    Raises:
        CheckpointError: A config names weights that are to be downloaded otherwise than by https.
    """
    for part in _pretrained(model):
        source = part.init_cfg.checkpoint
        if Path(source).is_file():
            continue
        url = address_of(source)
        try:
            part.init_cfg.checkpoint = str(fetch_pretrained(url, folder))
        except OSError as error:
            part.init_cfg = None
            print_log(
                f'{part.type} starts from scratch, which its authors do not: {url} cannot be had '
                f'({error}). Put {url.rsplit("/", 1)[-1]} into {folder}/ and start again.',
                logger='current',
                level=logging.WARNING,
            )


def forget_pretrained_parts(model: dict) -> None:
    """For a model all of whose weights a checkpoint will replace."""
    for part in _pretrained(model):
        part.init_cfg = None


def _pretrained(node: object) -> Iterator[ConfigDict]:
    """The configs within a config that ask for pretrained weights."""
    if isinstance(node, dict):
        init_cfg = node.get('init_cfg')
        if isinstance(init_cfg, dict) and init_cfg.get('type') == 'Pretrained':
            yield node
        node = list(node.values())
    if isinstance(node, list | tuple):
        for child in node:
            yield from _pretrained(child)
