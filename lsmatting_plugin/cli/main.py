"""The commands of ``lsmatting`` and how they end."""

import argparse
import sys
from collections.abc import Sequence

from ..printing import print_any_name
from ..version import __version__
from . import check, export, info, matte, serve, trimap

COMMANDS = dict(matte=matte, trimap=trimap, check=check, export=export, info=info, serve=serve)
DESCRIPTION = """\
Cut objects out of photos: hair, fur, glass and all.

  lsmatting trimap photo.jpg --box 40,30,500,620 -o trimap.png   what is surely object or not
  lsmatting check photo.jpg trimap.png                           is the trimap good?
  lsmatting matte photo.jpg trimap.png -o cutout.png             the cut-out, with transparency
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        arguments (Sequence[str], optional): Of the command line; None takes the process's own.

    Returns:
        int: 0; 1 where a file failed, which is told on stderr; 2 for a wrong command line.
    """
    print_any_name()
    parser = argparse.ArgumentParser(
        'lsmatting', description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--version', action='version', version=__version__)
    commands = parser.add_subparsers(title='commands', dest='command', metavar='COMMAND')
    for name, module in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=module.HELP,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    args = parser.parse_args(arguments)
    if args.command is None:
        parser.print_help()
        return 2
    try:
        return args.run(args)
    except KeyboardInterrupt:
        print('interrupted; what was finished is kept', file=sys.stderr)
        return 130
    except (OSError, ValueError) as error:
        print(f'lsmatting {args.command}: {error}', file=sys.stderr)
        return 1
