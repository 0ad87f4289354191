import io

from rich.console import Console
from rich.progress import Progress

from lsmatting_plugin.cores import available_cores
from lsmatting_plugin.progress import RateColumn, progress_bar


def test_cores_are_those_of_the_process(monkeypatch):
    monkeypatch.setattr('os.sched_getaffinity', lambda _: {0, 3, 5}, raising=False)
    assert available_cores() == 3

    monkeypatch.delattr('os.sched_getaffinity')
    monkeypatch.setattr('os.cpu_count', lambda: None)
    assert available_cores() == 1


def test_the_bar_counts_items():
    screen = io.StringIO()
    bar = progress_bar()
    bar.live.console = Console(file=screen, force_terminal=True, width=120)

    with bar:
        assert list(bar.track('abc', total=3, description='Working')) == ['a', 'b', 'c']

    assert 'Working' in screen.getvalue()
    assert '3/3' in screen.getvalue()


def test_the_rate_is_shown_once_there_is_one():
    now = iter(range(100))
    bar = Progress(RateColumn(), get_time=lambda: next(now), disable=True)
    bar.add_task('', total=9)
    (task,) = bar.tasks

    assert RateColumn().render(task).plain == ''
    for _ in range(3):
        bar.advance(task.id)
    assert RateColumn().render(task).plain.endswith('/s')
