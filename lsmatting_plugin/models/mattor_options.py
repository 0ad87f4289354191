"""The settings ``test_cfg`` and ``train_cfg`` of :class:`.LSAMattor`: what they may hold."""

TEST_DEFAULTS = dict(
    size_divisor=64,
    reflect_margin=16,
    zero_margin=16,
    tile=None,
    dtype='float32',
    compile=False,
    pred_dtype='float32',
)
TRAIN_DEFAULTS = dict(compile=False)
TEST_CHOICES = dict(dtype=('float32', 'bfloat16', 'float16'), pred_dtype=('float32', 'uint8'))
MIN_TILE = 64  # pixels; in smaller ones the encoder would see little but their surroundings


def complete_test_cfg(cfg: dict) -> dict:
    """The settings of prediction, with defaults for those left out.

    Raises:
        ValueError: One is not known, or cannot have its value.
    """
    cfg = _complete('test_cfg', cfg, TEST_DEFAULTS)
    for key, choices in TEST_CHOICES.items():
        if cfg[key] not in choices:
            raise ValueError(f'test_cfg {key} must be one of {choices}, not {cfg[key]!r}')
    tile = cfg['tile']
    if tile is not None and not (isinstance(tile, int) and tile >= MIN_TILE):
        raise ValueError(f'test_cfg tile must be None or at least {MIN_TILE} pixels, not {tile!r}')
    return cfg


def complete_train_cfg(cfg: dict) -> dict:
    """The settings of training, with defaults for those left out.

    Raises:
        ValueError: One is not known.
    """
    return _complete('train_cfg', cfg, TRAIN_DEFAULTS)


def _complete(name: str, cfg: dict, defaults: dict) -> dict:
    unknown = sorted(set(cfg) - set(defaults))
    if unknown:
        raise ValueError(f'Unknown {name} keys {unknown}; known are {sorted(defaults)}')
    return {**defaults, **cfg}
