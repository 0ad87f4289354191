import argparse
import os
import socket

import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator

from lsmatting_plugin.engine.launch import (
    add_launch_options,
    build_runner,
    load_config,
)
from lsmatting_plugin.engine.process_group import init_distributed, leave_group
from lsmatting_plugin.evaluation import MattingEvaluator

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


@pytest.fixture
def parse():
    """Parse a command line as the tools do."""
    parser = argparse.ArgumentParser()
    parser.add_argument('config')
    add_launch_options(parser)
    return lambda *words: parser.parse_args([str(word) for word in words])


@pytest.fixture
def load(parse, configs_dir):
    """Load the toy config with options."""
    return lambda *options: load_config(parse(configs_dir / 'lsm_r18_toy.py', *options))


@pytest.fixture
def cores(monkeypatch):
    """Make this machine one of so many cores, shared by so many processes."""

    def pretend(count, processes=None):
        monkeypatch.setattr(os, 'sched_getaffinity', lambda _: set(range(count)))
        if processes:
            monkeypatch.setenv('LOCAL_WORLD_SIZE', str(processes))
        else:
            monkeypatch.delenv('LOCAL_WORLD_SIZE', raising=False)

    return pretend


class TestOptions:
    @pytest.mark.parametrize(
        'words, rank',
        [((), 0), (('--local-rank', 3), 3), (('--local_rank', 3), 3), (('--local-rank=3',), 3)],
    )
    def test_local_rank_is_taken_in_either_spelling(self, parse, words, rank):
        assert parse('config.py', *words).local_rank == rank

    def test_settings_of_the_config_can_be_changed(self, load):
        cfg = load('--cfg-options', 'train_cfg.max_epochs=2', 'model.decoder.channels=[8,8]')

        assert cfg.train_cfg.max_epochs == 2
        assert cfg.model.decoder.channels == [8, 8]
        assert cfg.launcher == 'none'

    def test_launcher_reaches_the_config(self, load):
        assert load('--launcher', 'slurm').launcher == 'slurm'

    @pytest.mark.parametrize(
        'options, work_dir',
        [
            ((), 'work_dirs/lsm_r18_toy'),
            (('--cfg-options', 'work_dir=mine'), 'mine'),
            (('--work-dir', 'here', '--cfg-options', 'work_dir=mine'), 'here'),
        ],
    )
    def test_work_dir_is_that_of_option_config_or_config_name(self, load, options, work_dir):
        assert load(*options).work_dir == work_dir

    def test_unknown_config_is_named_with_where_to_look(self, parse):
        with pytest.raises(FileNotFoundError, match=r'No config nowhere\.py; .* configs/'):
            load_config(parse('nowhere.py'))


class TestWorkers:
    @pytest.mark.parametrize(
        'count, processes, expected', [(64, None, 6), (4, None, 4), (8, 4, 2), (2, 4, 1)]
    )
    def test_are_no_more_than_cores_of_the_process(self, load, cores, count, processes, expected):
        cores(count, processes)

        cfg = load('--cfg-options', *(f'{name}.num_workers=6' for name in LOADERS))

        assert [cfg[name].num_workers for name in LOADERS] == [expected] * 3

    def test_fewer_stay_as_they_are(self, load, cores):
        cores(64)

        assert load('--cfg-options', 'val_dataloader.num_workers=1').val_dataloader.num_workers == 1

    def test_are_no_more_than_slurm_grants_a_process(self, load, cores, monkeypatch):
        cores(64)
        monkeypatch.setenv('SLURM_CPUS_PER_TASK', '3')

        cfg = load('--launcher', 'slurm', '--cfg-options', 'train_dataloader.num_workers=6')

        assert cfg.train_dataloader.num_workers == 3

    def test_none_at_all_is_possible(self, load):
        cfg = load('--cfg-options', 'train_dataloader.num_workers=0')

        assert not cfg.train_dataloader.persistent_workers  # torch would refuse it

    def test_a_config_without_loaders_loads(self, parse, tmp_path):
        (tmp_path / 'net.py').write_text("model = dict(type='LSAMattor')")

        assert load_config(parse(tmp_path / 'net.py')).model.type == 'LSAMattor'


class TestProcessGroup:
    @pytest.fixture
    def started(self, monkeypatch):
        """The environment that torchrun gives the only process; ends the group afterwards."""
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        variables = dict(RANK=0, WORLD_SIZE=1, MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setenv('LOCAL_RANK', 'unset')  # restores it, whatever the test sets
        monkeypatch.delenv('LOCAL_RANK')
        yield
        leave_group()
        assert not torch.distributed.is_initialized()

    def test_without_gpu_is_gloo_and_the_model_wrapped_without_device(self, started):
        cfg = Config(dict(launcher='pytorch', env_cfg=dict(dist_cfg=dict(backend='nccl'))))

        init_distributed(cfg, local_rank=0)

        assert torch.distributed.get_backend() == 'gloo'
        assert os.environ['LOCAL_RANK'] == '0'
        assert cfg.env_cfg.dist_cfg.backend == 'gloo'
        assert cfg.model_wrapper_cfg.type == 'MMDistributedDataParallel'
        assert cfg.model_wrapper_cfg.device_ids is None

    def test_a_method_without_training_needs_no_wrapper(self, started, configs_dir, tmp_path):
        cfg = Config.fromfile(configs_dir / 'baselines/pymatting_closed_form.py')
        cfg.merge_from_dict(dict(launcher='pytorch', work_dir=str(tmp_path)))
        init_distributed(cfg)

        runner = build_runner(cfg)

        assert runner.distributed
        assert type(runner.model).__name__ == cfg.model.type

    @pytest.mark.parametrize('launcher, has_gpu', [('none', False), ('pytorch', True)])
    def test_is_left_to_mmengine_otherwise(self, started, monkeypatch, launcher, has_gpu):
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: has_gpu)
        monkeypatch.setattr(torch.cuda, 'device_count', lambda: 1)
        cfg = Config(dict(launcher=launcher))

        init_distributed(cfg, local_rank=0)

        assert not torch.distributed.is_initialized()
        assert 'model_wrapper_cfg' not in cfg


@pytest.mark.parametrize(
    'message, is_shown',
    [
        ('paramwise_options -- encoder.bn1.weight:lr=0.001', False),
        ('"FileClient" will be deprecated in future', False),
        ('"HardDiskBackend" is the alias of "LocalBackend"', False),
        ('Training on the original foregrounds: there is no folder kappa_fg', True),
        ('50 % of it, "FileClient" included', True),
    ],
)
def test_the_console_shows_news_and_the_log_file_everything(
    make_tiny_cfg, tmp_path, capfd, message, is_shown
):
    runner = build_runner(make_tiny_cfg(tmp_path))

    runner.logger.warning(message)

    [log] = tmp_path.glob('*/*.log')
    assert message in log.read_text()
    assert 'System environment' in log.read_text()
    screen = ''.join(capfd.readouterr())
    assert (message in screen) == is_shown
    assert 'System environment' not in screen


def test_a_list_of_metrics_is_computed_beside_the_network(make_tiny_cfg, tmp_path):
    runner = build_runner(make_tiny_cfg(tmp_path))
    evaluator = runner.build_evaluator(runner.cfg.test_evaluator)
    assert type(evaluator) is MattingEvaluator
    assert [type(metric).__name__ for metric in evaluator.metrics][:2] == ['SAD', 'MattingMSE']
    own = dict(type='mmengine.Evaluator', metrics=[dict(type='SAD')])
    assert type(runner.build_evaluator(own)) is Evaluator
