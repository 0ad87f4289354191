"""Configs as files, checked where they come in."""

from pathlib import Path

from mmengine.config import Config

NEEDS_MMEDIT = 'lsmatting_plugin.baselines.mmedit'  # what such a config imports


def read_config(config: str | Path | Config) -> Config:
    """The config in a file, or the one that is read already.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read, or describes no model.
    """
    if not isinstance(config, Config):
        if not Path(config).is_file():
            raise FileNotFoundError(f'No config {config}; those of the project are in configs/')
        try:
            config = Config.fromfile(config)
        except OSError:
            raise
        except Exception as error:  # a config is a program, which may fail in any way
            if isinstance(error, ImportError) and NEEDS_MMEDIT in Path(config).read_text():
                raise ValueError(
                    f'{config} needs the whole of mmedit, which is not installed here: '
                    '"make setup-mmedit" does so, then run the tool by .venv-mmedit/bin/python'
                ) from error
            raise ValueError(f'{config} is no config: {type(error).__name__}: {error}') from error
    if not isinstance(config.get('model'), dict):
        raise ValueError(f'{config.filename or "The config"} describes no model')
    return config
