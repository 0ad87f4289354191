"""File names of any kind on any terminal."""

import sys


def print_any_name() -> None:
    r"""Lets this process print what its terminal cannot show, as ``\xff``, instead of failing.

    File names are bytes on Linux, not always UTF-8; and not every terminal knows all characters.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, 'reconfigure'):  # what has taken their place may lack it
            stream.reconfigure(errors='backslashreplace')
