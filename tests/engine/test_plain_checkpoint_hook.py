from collections import OrderedDict, namedtuple

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub

from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.engine.plain_checkpoint_hook import PlainCheckpointHook, to_plain

Pair = namedtuple('Pair', 'first second')


def history(checkpoint, name='train/loss'):
    return checkpoint['message_hub']['log_scalars'][name]['log_history'].tolist()


@pytest.fixture(scope='module')
def run_dir(make_tiny_cfg, tmp_path_factory):
    """The work folder of a run of two epochs, with a checkpoint of each."""
    work_dir = tmp_path_factory.mktemp('run')
    build_runner(make_tiny_cfg(work_dir)).train()
    return work_dir


@pytest.fixture(scope='module')
def first_epoch(run_dir):
    return torch.load(run_dir / 'epoch_1.pth', weights_only=True)


@pytest.fixture(scope='module')
def second_epoch(run_dir):
    return torch.load(run_dir / 'epoch_2.pth', weights_only=True)


def test_checkpoints_of_a_run_load_with_the_safety_on(run_dir, first_epoch):
    [best] = run_dir.glob('best_SAD_epoch_*.pth')

    assert set(first_epoch) >= {'state_dict', 'optimizer', 'param_schedulers', 'message_hub'}
    assert first_epoch['meta']['epoch'] == 1
    assert len(history(first_epoch)) == 3
    assert 'state_dict' in torch.load(best, weights_only=True)


def test_a_resumed_run_ends_as_the_uninterrupted_one(
    make_tiny_cfg, tmp_path, run_dir, first_epoch, second_epoch
):
    cfg = make_tiny_cfg(tmp_path, resume=True, load_from=str(run_dir / 'epoch_1.pth'))

    runner = build_runner(cfg)
    runner.train()

    resumed = torch.load(tmp_path / 'epoch_2.pth', weights_only=True)
    assert not (tmp_path / 'epoch_1.pth').exists()
    assert history(second_epoch)[:3] == history(first_epoch)
    assert history(resumed) == history(second_epoch)
    for name, weight in second_epoch['state_dict'].items():
        torch.testing.assert_close(resumed['state_dict'][name], weight, rtol=0, atol=0)


@pytest.fixture
def hub():
    hub = MessageHub('of a test')
    for number in range(3):
        hub.update_scalar('train/loss', number / 2, count=2)
    hub.update_info('best', np.float32(0.5))
    return hub


def test_log_history_survives_saving_and_loading(hub, tmp_path):
    hook = PlainCheckpointHook()
    checkpoint = dict(message_hub=hub.state_dict())
    hook.before_save_checkpoint(None, checkpoint)
    torch.save(checkpoint, tmp_path / 'a.pth')
    checkpoint = torch.load(tmp_path / 'a.pth', weights_only=True)
    hook.after_load_checkpoint(None, checkpoint)

    restored = MessageHub('of a resumed test')
    restored.load_state_dict(checkpoint['message_hub'])

    buffer = restored.get_scalar('train/loss')
    assert isinstance(buffer, HistoryBuffer)
    for values, expected in zip(buffer.data, ([0, 0.5, 1], [2, 2, 2]), strict=True):
        np.testing.assert_array_equal(values, expected)
    assert buffer.max_length == hub.get_scalar('train/loss').max_length
    assert restored.get_info('best') == 0.5


def test_saving_leaves_the_running_history_alone(hub):
    checkpoint = dict(message_hub=hub.state_dict())

    PlainCheckpointHook().before_save_checkpoint(None, checkpoint)

    assert isinstance(hub.get_scalar('train/loss'), HistoryBuffer)
    hub.update_scalar('train/loss', 7)
    assert hub.get_scalar('train/loss').current() == 7


def test_numpy_values_in_meta_and_schedulers_become_plain(tmp_path):
    checkpoint = dict(
        state_dict=dict(weight=torch.ones(2)),
        meta=dict(seed=np.int64(3), classes=np.array(['a', 'b']), score=np.float64(0.5)),
        param_schedulers=[dict(base_values=[np.float64(1e-3)])],
    )

    PlainCheckpointHook().before_save_checkpoint(None, checkpoint)
    torch.save(checkpoint, tmp_path / 'a.pth')

    loaded = torch.load(tmp_path / 'a.pth', weights_only=True)
    assert loaded['meta'] == dict(seed=3, classes=['a', 'b'], score=0.5)
    assert loaded['param_schedulers'] == [dict(base_values=[1e-3])]


@pytest.mark.parametrize('checkpoint', [{}, dict(state_dict={}), dict(message_hub={})])
def test_checkpoints_without_logs_pass(checkpoint):
    before = dict(checkpoint)

    PlainCheckpointHook().before_save_checkpoint(None, checkpoint)
    PlainCheckpointHook().after_load_checkpoint(None, checkpoint)

    assert checkpoint == before


@pytest.mark.parametrize(
    'value, plain',
    [
        (np.bool_(True), True),
        (np.array([[1, 2]]), [[1, 2]]),
        (OrderedDict(a=np.int32(1)), {'a': 1}),
        ({np.int64(2): (np.float32(0.5), 'x')}, {2: (0.5, 'x')}),
        (Pair(np.int8(1), None), (1, None)),
    ],
)
def test_to_plain(value, plain):
    result = to_plain(value)

    assert result == plain
    assert type(result) is type(plain)


def test_to_plain_keeps_tensors():
    tensor = torch.ones(2)

    assert to_plain([tensor])[0] is tensor
