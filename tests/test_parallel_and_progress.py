import argparse
import io
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import ROOT
from rich.console import Console
from rich.progress import Progress

from lsmatting_plugin.parallel import add_workers_option, available_cores, unordered_map
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


def square(number):
    return number**2


@pytest.mark.parametrize('num_workers', [0, 2])
def test_every_job_has_its_result(num_workers):
    assert dict(unordered_map(square, range(5), num_workers)) == {n: n**2 for n in range(5)}


def test_tools_take_a_worker_a_core_unless_told_otherwise():
    parser = argparse.ArgumentParser()
    add_workers_option(parser)
    assert parser.parse_args([]).workers == available_cores()
    assert parser.parse_args(['--workers', '0']).workers == 0


def test_a_negative_number_of_workers_is_refused():
    with pytest.raises(ValueError, match='must not be negative, but is -1'):
        list(unordered_map(square, range(5), -1))


def wait_and_mark(job):
    number, folder = job
    time.sleep(0.3)
    Path(folder, str(number)).touch()


def test_leaving_early_starts_no_further_job(tmp_path):
    for _ in unordered_map(wait_and_mark, [(n, str(tmp_path)) for n in range(40)], num_workers=1):
        break

    assert len(list(tmp_path.iterdir())) < 10


PARENT = """
import time
from lsmatting_plugin.parallel import worker_pool

if __name__ == '__main__':
    pool = worker_pool(2)
    list(pool.map(abs, range(4)))
    print(*pool._processes, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path('/proc').is_dir(), reason='looks for processes in /proc')
def test_workers_end_with_a_killed_parent(tmp_path):
    (tmp_path / 'parent.py').write_text(PARENT)
    command = [sys.executable, tmp_path / 'parent.py']
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        workers = parent.stdout.readline().split()
        assert workers and all(is_running(worker) for worker in workers)
        parent.kill()
    end = time.monotonic() + 20
    while any(is_running(worker) for worker in workers):
        assert time.monotonic() < end, 'workers outlive their parent'
        time.sleep(0.1)


def is_running(pid):
    try:
        return Path('/proc', pid, 'stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def test_a_process_that_dies_while_it_is_sent_much_holds_up_nobody(tmp_path):
    script = tmp_path / 'script.py'
    script.write_text(
        'import os, sys\n'
        f'sys.path.insert(0, {str(ROOT)!r})\n'
        'from lsmatting_plugin.parallel import unordered_map\n'
        'def die(job):\n'
        '    os._exit(1)\n'
        "if __name__ == '__main__':\n"
        '    jobs = [bytes(10**7) for _ in range(3)]  # more than a pipe holds\n'
        '    print(sum(isinstance(r, Exception) for _, r in unordered_map(die, jobs, 2)))\n'
    )
    printed = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert printed.stdout == '3\n', printed.stderr
