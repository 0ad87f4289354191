import pytest
import torch


@pytest.fixture(scope='module', autouse=True)
def quick_runs():
    """Spares tiny runs what takes longer than the runs themselves.

    mmengine formats a config three times over, in seconds, when a runner starts; and threads that
    share out a picture of 64 px wait for each other.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('mmengine.config.config.FormatCode', lambda text, **_: (text, False))
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope='session')
def logged():
    """What the runs of a work folder have logged, line by line, without time and level."""

    def read(work_dir):
        lines = []
        for log in sorted(work_dir.glob('*/*.log')):
            lines += [line.rpartition(' - ')[2] for line in log.read_text().splitlines()]
        return lines

    return read
