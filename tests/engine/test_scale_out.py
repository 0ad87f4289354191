"""What several processes share, and what they must not."""

import random
import signal
import subprocess
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.model import convert_sync_batchnorm
from mmengine.optim import build_optim_wrapper
from torch.distributed.elastic.multiprocessing.errors import ProcessFailure
from torch.utils.data import BatchSampler

from lsmatting_plugin.datasets import DrawSampler
from lsmatting_plugin.datasets.transforms import generator
from lsmatting_plugin.engine.ended_job import what_ended
from lsmatting_plugin.engine.last_checkpoint import how_to_go_on, last_checkpoint
from lsmatting_plugin.engine.launch import build_runner, effective_batch_size
from lsmatting_plugin.engine.process_group import init_distributed, process_environment
from lsmatting_plugin.registry import DATASETS, MODELS, TRANSFORMS

SLURM = dict(SLURM_PROCID='3', SLURM_NTASKS='4', SLURM_LOCALID='1', SLURM_NODELIST='gpu7')
MPI = dict(
    OMPI_COMM_WORLD_RANK='3',
    OMPI_COMM_WORLD_SIZE='4',
    OMPI_COMM_WORLD_LOCAL_RANK='1',
    OMPI_COMM_WORLD_LOCAL_SIZE='2',
)
PLACE = dict(RANK='3', WORLD_SIZE='4', LOCAL_RANK='1')


class TestPlaceOfAProcess:
    @pytest.mark.parametrize(
        'launcher, environ, expected',
        [
            ('slurm', SLURM, dict(MASTER_ADDR='127.0.0.1', MASTER_PORT='29500')),
            ('slurm', {**SLURM, 'MASTER_ADDR': 'a'}, dict(MASTER_ADDR='a')),
            ('slurm', {**SLURM, 'MASTER_PORT': '7', 'SLURM_JOB_ID': '5'}, dict(MASTER_PORT='7')),
            ('mpi', {**MPI, 'OMPI_COMM_WORLD_LOCAL_SIZE': '4'}, dict(MASTER_ADDR='127.0.0.1')),
            ('mpi', {**MPI, 'MASTER_ADDR': 'a'}, dict(MASTER_ADDR='a')),
            ('pytorch', {**PLACE, 'MASTER_ADDR': 'a'}, dict(MASTER_ADDR='a')),
        ],
    )
    def test_is_read_from_the_launcher_s_environment(self, launcher, environ, expected):
        found = process_environment(launcher, environ)

        assert found == {**found, **PLACE, **expected}

    def test_slurm_is_asked_for_the_first_of_several_machines(self, monkeypatch):
        def run(command, **_):
            assert command == ['scontrol', 'show', 'hostnames', 'gpu[3,5-6]']
            return SimpleNamespace(stdout='gpu3\ngpu5\ngpu6\n')

        monkeypatch.setattr(subprocess, 'run', run)
        environ = {**SLURM, 'SLURM_NODELIST': 'gpu[1-9]', 'SLURM_STEP_NODELIST': 'gpu[3,5-6]'}

        assert process_environment('slurm', environ)['MASTER_ADDR'] == 'gpu3'

    def test_two_jobs_and_two_steps_on_a_machine_have_ports_of_their_own(self):
        def port(job, step):
            environ = {**SLURM, 'SLURM_JOB_ID': str(job), 'SLURM_STEP_ID': str(step)}
            return int(process_environment('slurm', environ)['MASTER_PORT'])

        ports = {port(job, step) for job in range(123456, 123466) for step in range(7)}
        assert len(ports) == 70
        assert min(ports) > 1024 and max(ports) < 32768

    @pytest.mark.parametrize(
        'launcher, environ, message',
        [
            (
                'slurm',
                {},
                'SLURM_PROCID and SLURM_NTASKS and SLURM_LOCALID not set.*slurm_train.sh',
            ),
            ('pytorch', {}, 'RANK and WORLD_SIZE and LOCAL_RANK not set.*dist_train.sh'),
            ('mpi', {}, 'OMPI_COMM_WORLD_RANK .* not set.*mpirun'),
            ('mpi', MPI, 'set MASTER_ADDR'),
            ('slurm', {**SLURM, 'SLURM_NODELIST': 'gpu[1-2]', 'PATH': ''}, 'set MASTER_ADDR'),
        ],
    )
    def test_what_is_missing_is_named(self, launcher, environ, message, monkeypatch):
        monkeypatch.setenv('PATH', '')  # no scontrol

        with pytest.raises(ValueError, match=message):
            process_environment(launcher, environ)

    def test_a_process_without_a_gpu_of_its_own_is_told(self, monkeypatch):
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
        monkeypatch.setattr(torch.cuda, 'device_count', lambda: 1)
        for name, value in {**PLACE, 'MASTER_ADDR': 'a', 'MASTER_PORT': '1'}.items():
            monkeypatch.setenv(name, value)

        with pytest.raises(ValueError, match='Process 1 of this machine has no GPU of its own'):
            init_distributed(Config(dict(launcher='pytorch')))


class TestLearningRate:
    @pytest.mark.parametrize(
        'processes, batch, accumulated, expected', [(1, 16, 1, 16), (8, 2, 1, 16), (2, 4, 8, 64)]
    )
    def test_batch_is_that_of_a_step(self, processes, batch, accumulated, expected):
        cfg = Config(
            dict(
                train_dataloader=dict(batch_size=batch),
                optim_wrapper=dict(accumulative_counts=accumulated),
            )
        )
        assert effective_batch_size(cfg, processes) == expected

    @pytest.mark.parametrize('enable', [True, False])
    def test_is_scaled_by_batch_over_that_of_the_recipe(
        self, make_tiny_cfg, tmp_path, monkeypatch, enable
    ):
        changes = {'optim_wrapper.accumulative_counts': 3, 'auto_scale_lr.enable': enable}
        runner = build_runner(make_tiny_cfg(tmp_path, **changes))
        monkeypatch.setattr(type(runner), 'world_size', 8)
        optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)

        runner.scale_lr(optim_wrapper, runner.auto_scale_lr)

        ratio = 8 * 2 * 3 / 4 if enable else 1
        [rate] = {group['lr'] for group in optim_wrapper.param_groups}
        assert rate == pytest.approx(2e-3 * ratio)


@DATASETS.register_module()
class ForeignDataset:
    """Plain indices, a transform of this plugin, and others that draw from global generators."""

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return [
            generator({}).random(),
            np.random.random(),
            random.random(),
            torch.rand(1, dtype=torch.float64).item(),
        ]


@pytest.fixture(scope='module')
def build(make_tiny_cfg, tmp_path_factory):
    """How the tools build a data loader."""
    return build_runner(make_tiny_cfg(tmp_path_factory.mktemp('seeds'))).build_dataloader


class TestSeeds:
    @pytest.fixture
    def draws(self, monkeypatch, build):
        """All that two processes draw in two epochs, (process * epoch * index, generator)."""

        def collect(num_workers, persistent_workers=False):
            drawn = []
            for rank in range(2):
                for module in (
                    'mmengine.runner.runner',
                    'lsmatting_plugin.datasets.transforms.randomness',
                ):
                    monkeypatch.setattr(f'{module}.get_rank', lambda rank=rank: rank)
                for seed_by in (np.random.seed, random.seed, torch.manual_seed):
                    seed_by(5)  # as mmengine does, in all processes alike
                loader = build(
                    dict(
                        dataset=dict(type='ForeignDataset'),
                        sampler=dict(type='DefaultSampler'),
                        batch_size=2,
                        num_workers=num_workers,
                        persistent_workers=persistent_workers,
                    ),
                    seed=5,
                )
                drawn += [
                    sample
                    for _ in range(2)
                    for batch in loader
                    for sample in zip(*batch, strict=True)
                ]
            return np.array(drawn)

        return collect

    @pytest.mark.parametrize('persistent', [False, True])
    def test_no_two_workers_processes_or_epochs_draw_the_same(self, draws, persistent):
        drawn = draws(num_workers=2, persistent_workers=persistent)

        assert drawn.shape == (2 * 2 * 8, 4)
        assert [len(set(column)) for column in drawn.T] == [32] * 4

    def test_neither_do_processes_without_workers(self, draws):
        assert len(set(draws(num_workers=0)[:, 0])) == 32

    def test_a_run_draws_the_same_again(self, draws):
        np.testing.assert_array_equal(draws(num_workers=2), draws(num_workers=2))

    def test_samples_of_the_training_set_are_the_same_in_any_number_of_processes(
        self, build, make_tiny_cfg, tmp_path, monkeypatch
    ):
        @TRANSFORMS.register_module(force=True)
        class Record:
            def __call__(self, results):
                return [results['bg_path'], generator(results).random()]

        cfg = make_tiny_cfg(tmp_path).train_dataloader
        cfg.dataset.pipeline = [dict(type='Record')]

        def drawn(world_size, num_workers):
            found = []
            for rank in range(world_size):
                info = (rank, world_size)
                monkeypatch.setattr(
                    'mmengine.dataset.sampler.get_dist_info', lambda info=info: info
                )
                cfg.num_workers = num_workers
                loader = build(cfg, seed=5)
                for epoch in range(2):
                    loader.sampler.set_epoch(epoch)
                    for paths, numbers in loader:
                        found += [(epoch, *pair) for pair in zip(paths, numbers, strict=True)]
            return sorted(found)

        alone = drawn(1, 0)
        assert len({number for *_, number in alone}) == 2 * 6
        assert drawn(2, 2) == alone


class TestSharing:
    @pytest.fixture
    def steps(self, monkeypatch):
        """The samples of each step of an epoch, over all processes."""

        def share(length, processes, batch, drop_last=False):
            shares = []
            for rank in range(processes):
                info = (rank, processes)
                monkeypatch.setattr(
                    'mmengine.dataset.sampler.get_dist_info', lambda info=info: info
                )
                sampler = DrawSampler(range(length), seed=4)
                shares.append(list(BatchSampler(sampler, batch, drop_last)))
            return [sorted(chain(*batches)) for batches in zip(*shares, strict=True)]

        return share

    @pytest.mark.parametrize('length', [8, 12, 14])
    def test_a_step_has_the_samples_of_one_process_with_the_whole_batch(self, steps, length):
        assert steps(length, 2, 2) == steps(length, 1, 4)
        assert sorted(chain(*steps(length, 2, 2))) == list(range(length))

    @pytest.mark.parametrize('length, processes', [(9, 2), (13, 4), (3, 8)])
    def test_an_uneven_epoch_is_filled_up_so_that_processes_keep_step(
        self, steps, length, processes
    ):
        drawn = list(chain(*steps(length, processes, 2)))

        assert set(drawn) == set(range(length))
        assert len(drawn) == -(-length // processes) * processes

    def test_drop_last_leaves_out_each_process_s_incomplete_batch(self, steps):
        found = steps(14, 2, 2, drop_last=True)

        assert found == steps(14, 2, 2)[:3]
        assert sum(map(len, found)) == 12


class TestSyncBatchNorm:
    @pytest.fixture(params=['IdentitySkip', 'ASPPSkip'])
    def pair(self, request, tiny_model_cfg):
        """A network, and one whose batch norms are converted."""
        tiny_model_cfg['skip'] = dict(type=request.param)
        torch.manual_seed(0)
        plain, synced = MODELS.build(tiny_model_cfg), MODELS.build(tiny_model_cfg)
        synced.load_state_dict(plain.state_dict())
        return plain.eval(), convert_sync_batchnorm(synced, 'torch').eval()

    def test_takes_the_place_of_every_batch_norm(self, pair):
        plain, synced = (
            {name for name, part in net.named_modules() if isinstance(part, kind)}
            for net, kind in zip(pair, (torch.nn.BatchNorm2d, torch.nn.SyncBatchNorm), strict=True)
        )
        assert plain == synced
        assert len(plain) > 20

    def test_loads_and_predicts_as_before(self, pair):
        plain, synced = pair
        synced.load_state_dict(plain.state_dict(), strict=True)
        inputs = torch.rand(1, 4, 64, 64)

        with torch.no_grad():
            torch.testing.assert_close(synced(inputs), plain(inputs))

    def test_keeps_each_parameter_s_weight_decay(self, pair, configs_dir):
        cfg = Config.fromfile(configs_dir / 'lsm_r18_toy.py').optim_wrapper

        def decays(network):
            groups = build_optim_wrapper(network, cfg).optimizer.param_groups
            names = {id(parameter): name for name, parameter in network.named_parameters()}
            return {
                names[id(p)]: group['weight_decay'] for group in groups for p in group['params']
            }

        plain, synced = map(decays, pair)
        assert plain == synced
        assert sorted(set(plain.values())) == pytest.approx([1e-5, 1e-4])

    def test_stays_frozen_for_fine_tuning(self, tiny_model_cfg):
        network = convert_sync_batchnorm(MODELS.build({**tiny_model_cfg, 'norm_eval': True}))

        network.train()

        norms = [part for part in network.modules() if isinstance(part, torch.nn.SyncBatchNorm)]
        assert norms and not any(norm.training for norm in norms)

    def test_without_gpus_is_refused(self, monkeypatch):
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
        for name, value in {**PLACE, 'MASTER_ADDR': 'a', 'MASTER_PORT': '1'}.items():
            monkeypatch.setenv(name, value)

        with pytest.raises(ValueError, match=r'sync_bn \(--sync-bn\) needs GPUs'):
            init_distributed(Config(dict(launcher='pytorch', sync_bn='torch')))

    def test_in_one_process_changes_nothing_and_says_so(self, make_tiny_cfg, tmp_path, capfd):
        runner = build_runner(make_tiny_cfg(tmp_path, sync_bn='torch'))

        assert not any(isinstance(m, torch.nn.SyncBatchNorm) for m in runner.model.modules())
        assert 'sync_bn changes nothing: there is one process' in ''.join(capfd.readouterr())


def failure(exitcode):
    return ProcessFailure(local_rank=0, pid=77, exitcode=exitcode, error_file='')


class TestLastWords:
    @pytest.mark.parametrize(
        'codes, expected',
        [
            ((1, -signal.SIGKILL), 'Process 1 (pid 77) was killed by SIGKILL, as the system does'),
            ((-signal.SIGABRT, -signal.SIGKILL), 'Process 1 (pid 77) was killed by SIGKILL'),
            ((-signal.SIGTERM, -signal.SIGSEGV), 'Process 1 (pid 77) was killed by SIGSEGV; the'),
            ((-signal.SIGTERM, 3), 'Process 1 (pid 77) ended with exit status 3; it has said why'),
            ((-signal.SIGTERM,), 'Process 0 (pid 77) was killed by SIGTERM; the others were ended'),
        ],
    )
    def test_name_the_process_that_ended_the_job(self, codes, expected):
        failures = {rank: failure(code) for rank, code in enumerate(codes)}

        assert what_ended(failures).startswith(expected)

    def test_name_the_last_checkpoint(self, tmp_path):
        assert how_to_go_on(tmp_path) == f'There is no checkpoint in {tmp_path} to go on from.'

        checkpoint = tmp_path / 'epoch_3.pth'
        checkpoint.write_bytes(b'')
        (tmp_path / 'last_checkpoint').write_text(f'{checkpoint}\n')

        assert how_to_go_on(tmp_path) == (
            f'The last checkpoint is {checkpoint}: the same command with --resume goes on from it.'
        )

    def test_name_the_checkpoint_of_a_folder_that_was_moved(self, tmp_path):
        (tmp_path / 'last_checkpoint').write_text('elsewhere/epoch_3.pth')
        (tmp_path / 'epoch_3.pth').write_bytes(b'')

        assert last_checkpoint(tmp_path) == str(tmp_path / 'epoch_3.pth')

    def test_name_the_checkpoints_that_are_left_where_the_last_one_is_gone(self, tmp_path):
        (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_3.pth'))
        (tmp_path / 'epoch_2.pth').write_bytes(b'')

        with pytest.raises(FileNotFoundError, match=r'epoch_3\.pth, which is gone.*epoch_2\.pth'):
            last_checkpoint(tmp_path)
