import pytest

from lsmatting_plugin.config_io import read_config


def test_a_config_that_needs_mmedit_says_so(tmp_path):
    path = tmp_path / 'mmedit_model.py'
    path.write_text(
        "custom_imports = dict(imports=['lsmatting_plugin.baselines.mmedit', 'no.such.module'])\n"
        'model = dict(type="DIM")\n'
    )
    with pytest.raises(ValueError, match='make setup-mmedit') as error:
        read_config(path)
    assert '\n' not in str(error.value)
