"""Batch work on Ray: the results of the local commands, whatever happens to workers and files."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from command_line import ROOT, refused, run

from lsmatting_plugin import ray_parallel
from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.failures import FailuresFile
from lsmatting_plugin.ray_parallel import RayWorkers
from lsmatting_plugin.registry import MODELS
from lsmatting_plugin.trimap import trimap_of_mask

pytest.importorskip('ray.data', reason='Ray Data is not installed')
PHOTOS = 24
TOOL = (sys.executable, 'tools/ray_batch.py')
ENVIRONMENT = {**os.environ, 'OMP_NUM_THREADS': '1'}


@pytest.fixture(scope='module')
def cluster():
    """A Ray of two cores that outlives the commands."""
    from ray.cluster_utils import Cluster

    settings = dict(num_cpus=2, object_store_memory=80 * 2**20, include_dashboard=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('RAY_USAGE_STATS_ENABLED', '0')
        cluster = Cluster(initialize_head=True, head_node_args=settings)
    yield cluster
    cluster.shutdown()


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    """Photos with trimaps, foregrounds with mattes."""
    root = tmp_path_factory.mktemp('ray_batch')
    for number in range(PHOTOS):
        rng = np.random.default_rng(number)
        fg, alpha = make_foreground(64, rng, 'fur')
        bg = cv2.resize(make_background(64, rng), alpha.shape[::-1])
        weight = alpha[..., None] / 255
        photo = np.rint(weight * fg + (1 - weight) * bg).astype(np.uint8)
        pictures = dict(merged=photo, trimaps=trimap_of_mask(alpha, 3), fg=fg, alpha=alpha)
        for folder, picture in pictures.items():
            (root / folder).mkdir(exist_ok=True)
            cv2.imwrite(str(root / folder / f'{number:02}.png'), picture)
    return root


@pytest.fixture(scope='module')
def network(root, make_tiny_model_cfg):
    """Options that name a tiny network, slow enough to be interrupted."""
    torch.manual_seed(0)
    (root / 'tiny.py').write_text(f'model = {make_tiny_model_cfg()!r}')
    torch.save(MODELS.build(make_tiny_model_cfg()).state_dict(), root / 'tiny.pth')
    return ('--config', root / 'tiny.py', '--checkpoint', root / 'tiny.pth', '--tta', 'flips')


@pytest.fixture(scope='module')
def matted(cluster, root, network):
    """The command and what it said, when one of its two workers was killed half-way."""
    out = root / 'cutouts'
    command = [*TOOL, 'matte', root, out, '--address', cluster.address, *network]
    process = subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    end = time.monotonic() + 100
    while len(list(out.glob('*.png'))) < 2:
        assert time.monotonic() < end and process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.kill(workers_of(cluster)[0], signal.SIGKILL)
    assert len(list(out.glob('*.png'))) < PHOTOS - 2
    said = process.communicate(timeout=100)[0].decode()
    assert process.returncode == 0, said
    return command, said


def workers_of(cluster):
    """Ids of the processes that have a model."""
    raylet = cluster.head_node.all_processes['raylet'][0].process.pid
    found = []
    for folder in Path('/proc').glob('[0-9]*'):
        try:
            parent = int((folder / 'stat').read_text().rsplit(')', 1)[1].split()[1])
            name = (folder / 'cmdline').read_bytes()
        except OSError:  # it has just ended
            continue
        if parent == raylet and name.startswith(b'ray::MapWorker'):
            found.append(int(folder.name))
    return found


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding='utf-8').splitlines()]


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.skipif(not Path('/proc').is_dir(), reason='looks for processes in /proc')
@pytest.mark.slow
class TestMatte:
    def test_a_killed_worker_changes_nothing(self, matted, root, network):
        _, said = matted
        assert f'{PHOTOS} written, 0 failed' in said
        assert 'Mattes by network tiny on cpu, 2 workers' in said
        run(
            *(sys.executable, '-c', 'from lsmatting_plugin.cli import main; main()'),
            *('matte', root / 'merged', root / 'trimaps', '-o', root / 'local', *network),
        )
        assert files_of(root / 'cutouts') == files_of(root / 'local')

    def test_a_restart_does_the_rest_and_lists_what_fails(self, matted, root):
        command, _ = matted
        out = root / 'cutouts'
        (root / 'merged/broken.jpg').write_bytes(b'hello')
        cv2.imwrite(str(root / 'trimaps/broken.png'), np.zeros((4, 4), np.uint8))
        cv2.imwrite(str(root / 'merged/lonely.png'), np.zeros((4, 4, 3), np.uint8))
        cv2.imwrite(str(root / 'merged/odd.png'), np.zeros((4, 4, 3), np.uint8))
        cv2.imwrite(str(root / 'trimaps/odd.png'), np.zeros((4, 5), np.uint8))
        missing = out / '03.png'
        expected = missing.read_bytes()
        missing.unlink()
        before = {path: path.stat().st_mtime_ns for path in out.iterdir()}

        done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)

        assert done.returncode == 1, done.stderr
        assert done.stdout == f'1 written, {PHOTOS - 1} were there, 3 failed\n'
        assert missing.read_bytes() == expected
        assert {path: path.stat().st_mtime_ns for path in before} == before
        listed = lines_of(out / 'failures.jsonl')
        reasons = {Path(failure['file']).name: failure['reason'] for failure in listed}
        assert sorted(reasons) == ['broken.jpg', 'lonely.png', 'odd.png']
        assert reasons['lonely.png'] == 'no trimap of its name'
        assert 'not an image' in reasons['broken.jpg'] and 'the trimap 5 x 4' in reasons['odd.png']
        assert all(reason in done.stderr for reason in reasons.values())
        assert f'Failures are listed in {out}/failures.jsonl' in done.stderr


@pytest.mark.slow
def test_foregrounds_are_those_of_the_local_command(root):
    run('tools/reestimate_foreground.py', root, '--out-dir', root / 'local_fg')
    local = files_of(root / 'local_fg')
    out = root / 'kappa_fg'
    out.mkdir()
    (out / '00.png').write_bytes(local['00.png'])
    (out / '01.png').write_bytes(local['01.png'][:-20])  # cut short
    (root / 'fg/bad.png').write_bytes(b'hello')
    (root / 'alpha/bad.png').write_bytes(b'hello')

    done = subprocess.run(
        [*TOOL, 'reestimate', root, out, '--workers', '2'],  # on a Ray of its own
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stdout == f'{out}: {PHOTOS - 1} foregrounds written, 1 were there\n'
    (failure,) = lines_of(out / 'failures.jsonl')
    assert failure['file'] == str(root / 'fg/bad.png')
    assert failure['reason'] in done.stderr and 'not a readable image' in failure['reason']
    (out / 'failures.jsonl').unlink()
    assert files_of(out) == local


def pickle_tests_by_value():
    """Workers cannot import this file."""
    from ray import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])


def square(number):
    if number == 3:
        os._exit(1)
    if number == 5:
        raise cv2.error('of a library')
    return number**2


def no_model():
    raise FileNotFoundError('No config nowhere.py')


@pytest.mark.slow
def test_only_the_job_that_kills_its_worker_is_lost(cluster, monkeypatch):
    pickle_tests_by_value()
    monkeypatch.setattr(ray_parallel, 'RETRIES', 0)
    with RayWorkers(os.getpid, cluster.address) as workers:
        assert workers.num_workers == 2
        assert workers.prepared != os.getpid()
        results = dict(workers.unordered_map(square, range(8)))
    assert 'its worker died' in str(results.pop(3))
    assert str(results.pop(5)) == 'error: of a library'
    assert results == {number: number**2 for number in (0, 1, 2, 4, 6, 7)}


def test_what_is_wrong_for_all_is_said_once(cluster):
    pickle_tests_by_value()
    with pytest.raises(FileNotFoundError, match='No config nowhere'):
        RayWorkers(no_model, cluster.address).__enter__()
    with pytest.raises(ValueError, match='no room for 1 workers: a worker takes 9 CPUs'):
        RayWorkers(address=cluster.address, cpus_per_worker=9).__enter__()
    with pytest.raises(ValueError, match='there must be 1 worker or more'):
        RayWorkers(num_workers=0)
    with pytest.raises(ConnectionError, match=r'No Ray at 127\.0\.0\.1:1: .*refused'):
        RayWorkers(address='127.0.0.1:1').__enter__()


@pytest.mark.parametrize('command', ['matte', 'reestimate'])
def test_without_ray_its_extra_is_named(command, root):
    code = (
        'import runpy, sys; sys.modules["ray"] = None; sys.argv[:1] = []; '
        'runpy.run_path(sys.argv[0], run_name="__main__")'
    )
    said = refused(sys.executable, '-c', code, TOOL[1], command, root, root / 'none')
    assert "pip install 'lsmatting-plugin[ray]'" in said
    assert not (root / 'none').exists()


def test_a_list_of_failures_is_of_the_last_run(tmp_path):
    path = tmp_path / 'out/failures.jsonl'
    for _ in range(2):
        failures = FailuresFile(path)
        assert not path.exists()
        failures.add('a.png', 'zu groß')
        failures.add('b.png', 'two\nlines')
    assert [line['reason'] for line in lines_of(path)] == ['zu groß', 'two\nlines']
