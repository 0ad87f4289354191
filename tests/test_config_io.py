import pytest

from lsmatting_plugin.config_io import build_part, read_config
from lsmatting_plugin.registry import DATA_SAMPLERS


def test_a_config_that_needs_mmedit_says_so(tmp_path):
    path = tmp_path / 'mmedit_model.py'
    path.write_text(
        "custom_imports = dict(imports=['lsmatting_plugin.baselines.mmedit', 'no.such.module'])\n"
        'model = dict(type="DIM")\n'
    )
    with pytest.raises(ValueError, match='make setup-mmedit') as error:
        read_config(path)
    assert '\n' not in str(error.value)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / 'tiny.py'
    path.write_text("model = dict(type='LSAMattor')\nsteps = [dict(size=1), dict(size=2)]\n")
    return path


def test_settings_are_changed(config):
    cfg = read_config(config, {'steps.1.size': 5, 'model.tta': None})
    assert (cfg.steps[0].size, cfg.steps[1].size, cfg.model.tta) == (1, 5, None)


def test_a_config_that_is_read_already_stays_as_it_is(config):
    cfg = read_config(config)
    changed = read_config(cfg, {'model.tta': 'flips', 'steps.0.size': 7})
    assert (changed.model.tta, changed.steps[0].size) == ('flips', 7)
    assert 'tta' not in cfg.model and cfg.steps[0].size == 1
    assert changed.filename == cfg.filename == str(config)


@pytest.mark.parametrize('key', ['steps.7.size', 'steps.last.size'])
def test_a_change_that_has_no_place_is_named(config, key):
    with pytest.raises(ValueError, match=rf'tiny\.py has no place for {key}=3'):
        read_config(config, {key: 3})


def test_a_part_is_built_with_what_the_config_leaves_out(config):
    cfg = read_config(config)
    part = dict(type='DrawSampler', seed=3)
    sampler = build_part(cfg, DATA_SAMPLERS, part, 'the sampler', dataset=[1, 2], seed=5)
    assert sampler.seed == 3 and len(sampler) == 2
    assert part == dict(type='DrawSampler', seed=3)


@pytest.mark.parametrize(
    'part, reason',
    [
        (dict(type='Nothing'), 'Nothing is not in'),
        (dict(type='DrawSampler', no=1), "argument 'no'"),
    ],
)
def test_a_part_that_cannot_be_built_is_named_in_one_line(config, part, reason):
    with pytest.raises(
        ValueError, match=rf'tiny\.py: the sampler cannot be built: .*{reason}'
    ) as e:
        build_part(read_config(config), DATA_SAMPLERS, part, 'the sampler', dataset=[1])
    assert '\n' not in str(e.value)
