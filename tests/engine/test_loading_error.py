import errno
import os

import pytest
from torch._utils import ExceptionWrapper
from torch.utils.data import DataLoader

from lsmatting_plugin.engine.loading_error import LoadingError, loading_errors

KILLED = RuntimeError('DataLoader worker (pid 5) is killed by signal: Killed. ')


class Failing:
    """Samples that cannot be loaded."""

    def __init__(self, error):
        self.error = error

    def __len__(self):
        return 1

    def __getitem__(self, index):
        raise self.error


@pytest.mark.parametrize(
    'error, cause, message',
    [
        (KILLED, None, r'pid 5\) is killed by signal: Killed\. That is .*num_workers=1'),
        (RuntimeError('DataLoader worker (pid(s) 5) exited unexpectedly'), KILLED, 'by signal'),
        (ConnectionResetError('Connection reset by peer'), KILLED, 'by signal: Killed'),
        (
            RuntimeError('DataLoader worker (pid 5) is killed by signal: Bus error. It is'),
            None,
            '/dev/shm.*--shm-size.*num_workers=0',
        ),
        (
            RuntimeError('DataLoader timed out after 300.0 seconds'),
            None,
            'within 300 s .*timeout of the dataloader',
        ),
    ],
)
def test_what_torch_says_of_its_loaders_is_put_into_a_line(error, cause, message):
    with pytest.raises(LoadingError, match=message) as caught, loading_errors():
        raise error from cause

    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('moment', ['traceback.walk_tb', 'time.sleep'])
def test_a_death_that_is_told_after_its_consequences_is_what_is_named(moment, monkeypatch):
    def told(*_):
        raise KILLED

    monkeypatch.setattr(moment, told)

    with pytest.raises(LoadingError, match='by signal: Killed'), loading_errors():
        raise ConnectionResetError('Connection reset by peer')


def fail_here(error):
    next(iter(DataLoader(Failing(error))))


def fail_in_a_process(error):
    """As torch raises what its loader process has met."""
    try:
        raise error
    except type(error):
        ExceptionWrapper(where='in DataLoader worker process 0').reraise()


@pytest.mark.parametrize('fail', [fail_here, fail_in_a_process])
@pytest.mark.parametrize(
    'error',
    [
        ValueError('alpha: not a readable image: a.png'),
        FileNotFoundError('fg: no file a.png; check data_root'),
        PermissionError(errno.EACCES, os.strerror(errno.EACCES), 'a.png'),
    ],
)
def test_what_a_data_set_says_of_a_file_is_all_that_is_said(error, fail):
    with pytest.raises(LoadingError) as caught, loading_errors():
        fail(error)

    assert str(caught.value) == str(error)


@pytest.mark.parametrize('fail', [fail_here, fail_in_a_process])
def test_a_mistake_in_a_program_keeps_its_traceback(fail):
    with pytest.raises(TypeError, match='shapes'), loading_errors():
        fail(TypeError('shapes'))


@pytest.mark.parametrize('error', [RuntimeError('shapes differ'), FileNotFoundError('a.png')])
def test_errors_from_elsewhere_are_left_as_they_are(error, monkeypatch):
    monkeypatch.setattr('time.sleep', lambda _: None)

    with pytest.raises(type(error), match=str(error)), loading_errors():
        raise error
