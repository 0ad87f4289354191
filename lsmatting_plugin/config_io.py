"""Configs as files, checked where they come in."""

import argparse
from copy import deepcopy
from pathlib import Path
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.registry import Registry

from .registry import SCOPE

NEEDS_MMEDIT = 'lsmatting_plugin.baselines.mmedit'  # what such a config imports


class ConfigChanges(DictAction):
    """mmengine's action for ``KEY=VALUE``, whose mistakes are said as argparse says them."""

    def __call__(  # noqa: D102
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: list[str],
        option_string: str | None = None,
    ) -> None:
        try:
            super().__call__(parser, namespace, values, option_string)
        except (ValueError, AssertionError, RecursionError) as error:
            raise argparse.ArgumentError(
                self, f'expected are KEY=VALUE, such as train_cfg.max_epochs=2, not {values}'
            ) from error


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Adds ``--cfg-options``, the changes that :func:`read_config` takes."""
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=ConfigChanges,
        default={},
        metavar='KEY=VALUE',
        help='change settings of the config, for example train_cfg.max_epochs=2',
    )


def read_config(config: str | Path | Config, changes: dict | None = None) -> Config:
    """The config in a file, or a copy of the one that is read already.

    Args:
        config (str | Path | Config): A file, or a config, which stays as it is.
        changes (dict, optional): Keys such as ``'train_cfg.max_epochs'`` -> new values.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read, has no place for a change, or describes no model.
    """
    if isinstance(config, Config):
        config = deepcopy(config)
    else:
        if not Path(config).is_file():
            raise FileNotFoundError(f'No config {config}; those of the project are in configs/')
        try:
            config = Config.fromfile(config)
        except Exception as error:  # a config is a program, which may fail in any way
            if isinstance(error, OSError) and error.filename:  # it says of which file
                raise
            if isinstance(error, ImportError) and NEEDS_MMEDIT in Path(config).read_text():
                raise ValueError(
                    f'{config} needs the whole of mmedit, which is not installed here: '
                    '"make setup-mmedit" does so, then run the tool by .venv-mmedit/bin/python'
                ) from error
            raise ValueError(f'{config} is no config: {type(error).__name__}: {error}') from error
    for key, value in (changes or {}).items():
        try:
            config.merge_from_dict({key: value})
        except (KeyError, TypeError, AttributeError, AssertionError) as error:
            raise ValueError(
                f'{config.filename} has no place for {key}={value}: {error}'
            ) from error
    if not isinstance(config.get('model'), dict):
        raise ValueError(f'{config.filename or "The config"} describes no model')
    return config


def build_part(
    config: Config, registry: Registry, part: dict, what: str, **arguments: object
) -> Any:
    """Builds a part of a config, whose names are looked up in the scope that the config has.

    Args:
        config (Config): As read.
        registry (Registry): Of the part's kind.
        part (dict): Its ``type`` and arguments; stays as it is.
        what (str): The part, in words, for the error.
        **arguments: More of its arguments, which the config overrides.

    Raises:
        ValueError: Its type, or one that it contains, is not known, or lacks an argument.
    """
    # Said explicitly: another library may have set its own default scope in this process.
    scope = config.get('default_scope', SCOPE)
    try:
        return registry.build({**arguments, **part, '_scope_': scope})
    except (KeyError, TypeError) as error:
        reason = str(error).strip('"').partition('\n')[0]
        where = config.filename or 'The config'
        raise ValueError(f'{where}: {what} cannot be built: {reason}') from error
