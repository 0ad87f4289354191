import os
import signal

import pytest
import torch
from torch.utils.data import DataLoader

from lsmatting_plugin.engine.child_deaths import noticed_afterwards
from lsmatting_plugin.engine.shared_batch import SharedCollate
from lsmatting_plugin.structures import MattingDataSample


class Samples:
    def __len__(self):
        return 6

    def __getitem__(self, index):
        trimap = torch.full((1, 4, 4), index, dtype=torch.uint8)
        return dict(inputs=trimap.float(), data_samples=MattingDataSample(trimap=trimap))


def loaded(num_workers):
    loader = DataLoader(
        Samples(), batch_size=2, num_workers=num_workers, collate_fn=SharedCollate(list)
    )
    return [sample for batch in loader for sample in batch]


@pytest.mark.parametrize('num_workers', [0, 2])
def test_batches_arrive_as_they_are(num_workers):
    samples = loaded(num_workers)

    assert [sample['inputs'].mean().item() for sample in samples] == list(range(6))
    assert [sample['data_samples'].trimap.dtype for sample in samples] == [torch.uint8] * 6


def test_they_arrive_without_shared_memory_too_with_one_warning_of_each_process(
    monkeypatch, tmp_path
):
    def warn(message, **_):
        with open(tmp_path / 'warnings', 'a') as file:
            file.write(message + '\n')

    def no_room(tensor):
        raise RuntimeError(
            'unable to allocate shared memory(shm) for file </torch_1>: No space left on device'
        )

    monkeypatch.setattr(torch.Tensor, 'share_memory_', no_room)
    monkeypatch.setattr('lsmatting_plugin.engine.shared_batch.print_log', warn)

    samples = loaded(num_workers=1)

    assert [sample['inputs'].mean().item() for sample in samples] == list(range(6))
    assert [int(sample['data_samples'].trimap.max()) for sample in samples] == list(range(6))
    assert (tmp_path / 'warnings').read_text().count('--shm-size') == 1


class TestDeathsOfChildren:
    @pytest.fixture(autouse=True)
    def news(self):
        """Takes SIGCHLD as torch does, by an error."""

        def handler(*_):
            raise RuntimeError('a child has died')

        before = signal.signal(signal.SIGCHLD, handler)
        yield
        assert signal.getsignal(signal.SIGCHLD) is handler
        signal.signal(signal.SIGCHLD, before)

    def test_are_noticed_when_the_step_is_whole(self):
        done = []
        with pytest.raises(RuntimeError, match='a child has died'), noticed_afterwards():
            os.kill(os.getpid(), signal.SIGCHLD)
            done.append('step')

        assert done == ['step']

    def test_do_not_hide_an_error_of_the_step(self):
        with pytest.raises(ZeroDivisionError), noticed_afterwards():
            os.kill(os.getpid(), signal.SIGCHLD)
            raise ZeroDivisionError

    def test_are_the_reason_of_a_lost_connection(self):
        with pytest.raises(RuntimeError, match='a child has died'), noticed_afterwards():
            os.kill(os.getpid(), signal.SIGCHLD)
            raise ConnectionResetError

    def test_are_not_made_up(self):
        with noticed_afterwards():
            pass
