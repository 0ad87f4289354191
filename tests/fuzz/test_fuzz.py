"""The targets of `make fuzz` on a few inputs each, and the search itself."""

import fuzz
import pytest
from fuzz_targets import TARGETS, Target
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize('name', TARGETS)
def test_inputs_that_are_nearly_right_break_nothing(name):
    target = TARGETS[name]
    settings.get_profile('test')(given(target.inputs())(target.check))()


def test_what_breaks_a_target_is_kept_as_small_as_it_can_be(tmp_path, monkeypatch, capsys):
    def check(data):
        if b'\x07' in data:
            raise ZeroDivisionError('broken')

    monkeypatch.setitem(fuzz.TARGETS, 'planted', Target(check, lambda: st.binary(max_size=50)))
    monkeypatch.setattr(fuzz, 'CRASHES', tmp_path)
    (tmp_path / 'planted').mkdir()
    with pytest.raises(SystemExit) as ended:
        fuzz.search('planted', 20, 1, tmp_path / 'planted/.current')
    assert ended.value.code == 1
    kept = [path for path in (tmp_path / 'planted').iterdir() if not path.name.startswith('.')]
    assert [path.read_bytes() for path in kept] == [b'\x07']
    assert str(kept[0]) in capsys.readouterr().out


def test_without_a_failure_the_search_ends_in_time(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(fuzz.TARGETS, 'planted', Target(bytes, st.binary))
    fuzz.search('planted', 0.2, 1, tmp_path / '.current')
    assert 'none broke it' in capsys.readouterr().out
