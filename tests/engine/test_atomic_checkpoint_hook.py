"""Kept checkpoints, and a disk that is full: the limit of a file's size fails as that does."""

import errno
import resource
from contextlib import contextmanager

import pytest
import torch
from leftovers import half_written
from mmengine.fileio import get_file_backend
from mmengine.hooks import Hook

from lsmatting_plugin.engine import AtomicLocalBackend, TrainingStopped
from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.whole_files import partial_path

TOO_LITTLE = 200_000  # bytes: logs have room, checkpoints have none


@contextmanager
def largest_file(size):
    """Real writes beyond this many bytes fail, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


class FullDisk(Hook):
    """Lets the disk be full in these epochs, counted from 1."""

    def __init__(self, *epochs):
        self.epochs = epochs
        self.limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def before_train_epoch(self, runner):
        is_full = runner.epoch + 1 in self.epochs
        soft = TOO_LITTLE if is_full else self.limits[0]
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, self.limits[1]))


@pytest.fixture
def train(make_tiny_cfg, tmp_path):
    """Train for three epochs, of which some meet a full disk."""

    def run(*full_epochs, **settings):
        runner = build_runner(make_tiny_cfg(tmp_path, **{'train_cfg.max_epochs': 3, **settings}))
        runner.register_hook(FullDisk(*full_epochs))
        with largest_file(resource.getrlimit(resource.RLIMIT_FSIZE)[0]):  # restores it
            runner.train()

    return run


def checkpoints(folder):
    """Names of the files, each of which loads."""
    paths = sorted(folder.glob('*.pth'))
    assert all('state_dict' in torch.load(path, weights_only=True) for path in paths)
    return [path.name for path in paths]


def last_of(folder):
    return (folder / 'last_checkpoint').read_text()


def leftovers(folder):
    return list(folder.rglob('*.part'))


class TestBackend:
    def test_is_had_by_its_name_and_writes(self, tmp_path):
        backend = get_file_backend(backend_args=dict(backend='atomic_local'))
        backend.put_text('new', tmp_path / 'deep' / 'note')

        assert type(backend) is AtomicLocalBackend
        assert (tmp_path / 'deep' / 'note').read_bytes() == b'new'

    def test_a_full_disk_is_named_and_leaves_what_was_there(self, tmp_path):
        path = tmp_path / 'epoch_1.pth'
        path.write_bytes(b'whole')

        with largest_file(TOO_LITTLE), pytest.raises(OSError) as caught:
            AtomicLocalBackend().put(bytes(3 * 2**20), path)

        assert caught.value.errno == errno.EFBIG
        message = caught.value.strerror
        assert str(path) in message and 'it needs 3.0 MB' in message and 'MB are free' in message
        assert path.read_bytes() == b'whole'
        assert leftovers(tmp_path) == []


def test_the_last_ones_and_the_best_are_kept(train, tmp_path):
    train()

    names = checkpoints(tmp_path)
    assert [name for name in names if name.startswith('epoch')] == ['epoch_2.pth', 'epoch_3.pth']
    assert len([name for name in names if name.startswith('best_SAD')]) == 1
    assert last_of(tmp_path) == str(tmp_path / 'epoch_3.pth')
    state = torch.load(tmp_path / 'epoch_3.pth', weights_only=True)['message_hub']['runtime_info']
    assert state['keep_ckpt_ids'] == [2, 3]


def test_the_old_one_goes_when_the_new_one_stands(train, tmp_path, monkeypatch):
    remove, seen = AtomicLocalBackend.remove, []

    def watch(self, path):
        seen.append((path, last_of(tmp_path), checkpoints(tmp_path)))
        remove(self, path)

    monkeypatch.setattr(AtomicLocalBackend, 'remove', watch)
    train(**{'default_hooks.checkpoint.max_keep_ckpts': 1})

    regular = [entry for entry in seen if 'best' not in entry[0]]
    assert [path for path, _, _ in regular] == [str(tmp_path / f'epoch_{i}.pth') for i in (1, 2)]
    for number, (_, last, names) in enumerate(regular, start=2):
        assert last == str(tmp_path / f'epoch_{number}.pth')
        assert f'epoch_{number}.pth' in names
    for path, _, names in (entry for entry in seen if 'best' in entry[0]):
        assert len([name for name in names if name.startswith('best')]) == 2, path


def test_several_best_metrics(train, tmp_path):
    train(**{'default_hooks.checkpoint.save_best': ['SAD', 'MattingMSE']})

    names = checkpoints(tmp_path)
    assert [name.rsplit('_epoch')[0] for name in names[:2]] == ['best_MattingMSE', 'best_SAD']
    assert len(names) == 4


def test_training_goes_on_while_the_disk_is_full(train, tmp_path, logged):
    train(2, **{'default_hooks.checkpoint.max_keep_ckpts': 1})

    [report] = [line for line in logged(tmp_path) if f'{tmp_path}/epoch_2.pth could not be' in line]
    assert f'{tmp_path}/epoch_1.pth is untouched' in report and 'it needs' in report
    assert [name for name in checkpoints(tmp_path) if 'best' not in name] == ['epoch_3.pth']
    assert last_of(tmp_path) == str(tmp_path / 'epoch_3.pth')
    assert leftovers(tmp_path) == []


def test_a_training_whose_last_checkpoint_is_missing_fails(train, tmp_path, logged):
    with pytest.raises(TrainingStopped) as stop:
        train(2, 3)

    assert stop.value.code == 1
    assert logged(tmp_path)[-1] == 'The last checkpoint of this training could not be written.'
    names = checkpoints(tmp_path)
    assert names == ['best_SAD_epoch_1.pth', 'epoch_1.pth']  # the latter tells of the former
    state = torch.load(tmp_path / 'epoch_1.pth', weights_only=True)['message_hub']['runtime_info']
    assert state['best_ckpt'] == str(tmp_path / 'best_SAD_epoch_1.pth')
    assert last_of(tmp_path) == str(tmp_path / 'epoch_1.pth')
    assert leftovers(tmp_path) == []


def test_what_a_killed_run_was_writing_is_removed(train, tmp_path):
    (tmp_path / 'validation').mkdir()
    for name in ('epoch_7.pth', 'curves.png', 'validation/epoch_7.jpg'):
        half_written(tmp_path / name)

    train(**{'train_cfg.max_epochs': 1})

    assert leftovers(tmp_path) == []


def test_what_a_test_writes_below_the_work_folder_meanwhile_stays(train, tmp_path):
    matte = partial_path(tmp_path / 'mattes/a.png')
    matte.parent.mkdir()
    matte.write_bytes(b'half')

    train(**{'train_cfg.max_epochs': 1})

    assert leftovers(tmp_path) == [matte]


@pytest.fixture(scope='module')
def train_or_resume(make_tiny_cfg):
    """Train for three epochs in a folder, from the last checkpoint there."""

    def run(work_dir, hook=None):
        cfg = make_tiny_cfg(work_dir, resume=True, **{'train_cfg.max_epochs': 3})
        runner = build_runner(cfg)
        if hook is not None:
            runner.register_hook(hook)
        runner.train()

    return run


@pytest.fixture(scope='module')
def whole(train_or_resume, tmp_path_factory):
    """What the checkpoints of three epochs tell beside the weights, by their names."""
    work_dir = tmp_path_factory.mktemp('whole')
    train_or_resume(work_dir)
    return told(work_dir)


def told(work_dir):
    found = {}
    for name in checkpoints(work_dir):
        hub = torch.load(work_dir / name, weights_only=True)['message_hub']
        info = hub['runtime_info']
        scores = hub['log_scalars'].get('val/SAD', {}).get('log_history', torch.empty(0))
        keys = ('best_score', 'is_validation_due', 'keep_ckpt_ids', 'superseded_ckpts')
        found[name] = scores.tolist(), {key: info.get(key) for key in keys}
    return found


@pytest.mark.parametrize('validation', [1, 3])
def test_a_killed_run_makes_the_validation_that_it_had_not_finished(
    whole, train_or_resume, tmp_path, validation
):
    class Kill(Hook):  # test_killed_training.py has real kills
        def before_val(self, runner):
            if runner.epoch == validation:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train_or_resume(tmp_path, Kill())

    train_or_resume(tmp_path)
    assert told(tmp_path) == whole


@pytest.mark.parametrize('number', [1, 2])
def test_a_killed_run_removes_what_it_had_not_come_to(
    whole, train_or_resume, tmp_path, monkeypatch, number
):
    remove, calls = AtomicLocalBackend.remove, []

    def kill(self, path):
        calls.append(path)
        if len(calls) == number:
            raise ZeroDivisionError
        remove(self, path)

    monkeypatch.setattr(AtomicLocalBackend, 'remove', kill)
    with pytest.raises(ZeroDivisionError):
        train_or_resume(tmp_path)

    train_or_resume(tmp_path)
    assert told(tmp_path) == whole


def test_a_second_checkpoint_in_a_row_that_cannot_be_written_ends_the_training(
    train, tmp_path, logged
):
    with pytest.raises(TrainingStopped) as stop:
        train(2, 3, 4, **{'train_cfg.max_epochs': 9})

    assert stop.value.code == 1
    [report] = [line for line in logged(tmp_path) if 'the training stops here' in line]
    assert f'--resume goes on from {tmp_path}/epoch_1.pth' in report
    assert last_of(tmp_path) == str(tmp_path / 'epoch_1.pth')


def test_what_is_too_old_to_be_kept_makes_room_for_the_next(train, tmp_path, monkeypatch):
    put = AtomicLocalBackend.put

    def put_if_there_is_room(self, obj, filepath):
        if 'epoch' in str(filepath) and len(list(tmp_path.glob('epoch_*.pth'))) == 2:
            raise OSError(errno.ENOSPC, f'{filepath} could not be written')
        put(self, obj, filepath)

    monkeypatch.setattr(AtomicLocalBackend, 'put', put_if_there_is_room)
    train(**{'default_hooks.checkpoint.save_best': None, 'default_hooks.checkpoint.interval': 1})

    assert checkpoints(tmp_path) == ['epoch_2.pth', 'epoch_3.pth']
    assert last_of(tmp_path) == str(tmp_path / 'epoch_3.pth')
