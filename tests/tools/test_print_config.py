"""The printed config is the config."""

import pytest
from command_line import ROOT, refused, run
from mmengine.config import Config

TOOL = ('tools/analysis/print_config.py',)


@pytest.mark.parametrize(
    'config',
    ['configs/lsm_r50_alphamatting_finetune.py', 'configs/baselines/pymatting_knn.py'],
)
def test_what_is_printed_loads_as_the_same_config(config, tmp_path):
    printed = run(*TOOL, config)
    (tmp_path / 'printed.py').write_text(printed)
    expected = Config.fromfile(ROOT / config)
    assert Config.fromfile(tmp_path / 'printed.py').to_dict() == expected.to_dict()


def test_settings_are_merged_and_the_file_is_written(tmp_path):
    out = tmp_path / 'new' / 'merged.py'
    options = {'train_cfg.max_epochs': 7}
    printed = run(*TOOL, 'configs/lsm_r18_toy.py', '--out', out, **options)
    assert str(out) in printed
    assert Config.fromfile(out).train_cfg.max_epochs == 7


def test_what_is_no_config_is_one_line(tmp_path):
    (tmp_path / 'broken.py').write_text('model = 1 / 0')
    (tmp_path / 'other.py').write_text('colour = 1')
    messages = {
        'none.py': 'No config',
        'broken.py': 'is no config: ZeroDivisionError',
        'other.py': 'describes no model',
    }
    for name, message in messages.items():
        said = refused(*TOOL, tmp_path / name)
        assert message in said and len(said.splitlines()) == 1
