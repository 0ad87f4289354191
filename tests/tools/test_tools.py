"""The command-line tools from the outside, as a user runs them, on a tiny generated set."""

import csv
import json
import shutil
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
import torch
from command_line import ROOT, refused, run

from lsmatting_plugin.image_io import is_intact

CONFIG = 'configs/lsm_r18_toy.py'
METRICS = ('SAD', 'MattingMSE', 'GradientError', 'ConnectivityError')


@pytest.fixture(scope='module')
def options(tiny_aim):
    """Settings that make the toy config train in seconds."""
    return {
        'model.encoder.base_channels': 8,
        'model.encoder.stem_channels': 8,
        'model.decoder.channels': '[8,8,8,8,8]',
        'model.decoder.head_channels': 4,
        'train_cfg.max_epochs': 2,
        'train_cfg.val_interval': 1,
        'train_dataloader.dataset.data_root': tiny_aim / 'train',
        'val_dataloader.dataset.data_root': tiny_aim / 'test',
        'test_dataloader.dataset.data_root': tiny_aim / 'test',
        'default_hooks.checkpoint.interval': 1,
        'default_hooks.logger.interval': 1,
    }


def weights(checkpoint):
    return torch.load(checkpoint, weights_only=True)['state_dict']


@pytest.fixture(scope='module')
def trained(options, tmp_path_factory):
    """The work folder of a finished two-epoch training, and what it printed."""
    work_dir = tmp_path_factory.mktemp('trained')
    printed = run('tools/train.py', CONFIG, '--work-dir', work_dir, **options)
    return work_dir, printed


@pytest.fixture(scope='module')
def tested(trained, options, tmp_path_factory):
    """The output folder of a test of that training."""
    out = tmp_path_factory.mktemp('tested')
    run(
        *('tools/test.py', CONFIG, trained[0] / 'epoch_2.pth'),
        *('--work-dir', out, '--out', out / 'results.json', '--out', out / 'results.csv'),
        *('--show-dir', out / 'mattes'),
        **options,
    )
    return out


def test_training_validates_and_keeps_the_best_checkpoint(trained):
    work_dir, printed = trained
    assert (work_dir / 'epoch_2.pth').is_file()
    assert list(work_dir.glob('best_SAD_epoch_*.pth'))
    assert all(f'{metric}:' in printed for metric in METRICS)


def test_training_prints_no_warning(trained):
    _, printed = trained
    lines = [line for line in printed.splitlines() if 'warn' in line.lower()]
    # That the generated set has not been re-estimated is said on purpose.
    assert [line for line in lines if 'foregrounds are read' not in line.lower()] == []


def test_a_checkpoint_holds_tensors_and_plain_values_only(trained):
    checkpoint = torch.load(trained[0] / 'epoch_2.pth', weights_only=True)
    assert set(checkpoint) >= {'state_dict', 'optimizer', 'param_schedulers', 'message_hub'}
    assert checkpoint['meta']['epoch'] == 2


def test_results_hold_every_image_and_the_mean(tested, tiny_aim):
    results = json.loads((tested / 'results.json').read_text())
    names = sorted(path.name for path in (tiny_aim / 'test/merged').iterdir())
    assert [image['name'] for image in results['images']] == names
    for metric in METRICS:
        mean = np.mean([image[metric] for image in results['images']])
        assert results['mean'][metric] == pytest.approx(mean)

    with open(tested / 'results.csv') as file:
        rows = list(csv.DictReader(file))
    assert [row['name'] for row in rows] == [*names, 'mean']
    assert float(rows[-1]['SAD']) == pytest.approx(results['mean']['SAD'])


def test_the_written_mattes_score_as_the_test_said(tested, tiny_aim):
    from lsmatting_plugin.evaluation.functional import sad

    results = json.loads((tested / 'results.json').read_text())
    for image in results['images']:
        matte, alpha, trimap = (
            cv2.imread(str(folder / image['name']), cv2.IMREAD_GRAYSCALE)
            for folder in (
                tested / 'mattes',
                tiny_aim / 'test/alpha_copy',
                tiny_aim / 'test/trimaps',
            )
        )
        assert matte.shape == alpha.shape
        assert sad(matte, alpha, trimap) == pytest.approx(image['SAD'], abs=1e-9)


def test_refinement_on_request_changes_the_mattes_a_little(trained, tested, options, tmp_path):
    run(
        *('tools/test.py', CONFIG, trained[0] / 'epoch_2.pth'),
        *('--refine-steps', 5, '--work-dir', tmp_path, '--out', tmp_path / 'results.json'),
        **options,
    )
    refined, plain = (
        json.loads((folder / 'results.json').read_text())['mean'] for folder in (tmp_path, tested)
    )
    assert refined['SAD'] != plain['SAD']
    assert refined['SAD'] == pytest.approx(plain['SAD'], rel=0.5)


def test_tiles_and_augmentation_on_request(trained, tested, options, tmp_path):
    means = {}
    for name, arguments in (('tiles', ('--tile', 64)), ('flips', ('--tta', 'flips'))):
        out = tmp_path / name
        run(
            *('tools/test.py', CONFIG, trained[0] / 'epoch_2.pth', *arguments),
            *('--work-dir', out, '--out', out / 'results.json'),
            **options,
        )
        means[name] = json.loads((out / 'results.json').read_text())['mean']
    plain = json.loads((tested / 'results.json').read_text())['mean']
    for key in METRICS:
        assert means['tiles'][key] == pytest.approx(plain[key], rel=1e-3)
    assert means['flips']['SAD'] != plain['SAD']
    assert means['flips']['SAD'] == pytest.approx(plain['SAD'], rel=0.2)


def test_resumed_weights_equal_uninterrupted_ones_bit_for_bit(trained, options, tmp_path):
    first_epoch = trained[0] / 'epoch_1.pth'
    printed = run(
        *('tools/train.py', CONFIG, '--work-dir', tmp_path),
        *('--resume', first_epoch),
        **options,
    )
    assert 'resumed epoch: 1' in printed
    expected, resumed = weights(trained[0] / 'epoch_2.pth'), weights(tmp_path / 'epoch_2.pth')
    assert expected.keys() == resumed.keys()
    different = [key for key in expected if not torch.equal(expected[key], resumed[key])]
    assert different == []


def test_resuming_a_finished_run_ends_at_once(trained, options):
    printed = run('tools/train.py', CONFIG, '--work-dir', trained[0], '--resume', **options)
    assert 'resumed epoch: 2' in printed
    assert 'Epoch(train)' not in printed


def test_two_processes_train_as_one_with_the_doubled_batch(options, tmp_path):
    more = {'model.norm_eval': True, 'train_cfg.max_epochs': 1}
    one = {**options, **more, 'train_dataloader.batch_size': 4}
    two = {**options, **more, 'train_dataloader.batch_size': 2}
    run('tools/train.py', CONFIG, '--work-dir', tmp_path / 'one', **one)
    run('bash', 'tools/dist_train.sh', CONFIG, 2, '--work-dir', tmp_path / 'two', **two)
    expected, found = (weights(tmp_path / name / 'epoch_1.pth') for name in ('one', 'two'))
    worst = max((expected[key] - found[key]).abs().max().item() for key in expected)
    assert worst <= 1e-5


def test_a_sharded_test_gives_the_metrics_of_one_process(trained, tested, options, tmp_path):
    run(
        *('bash', 'tools/dist_test.sh', CONFIG, trained[0] / 'epoch_2.pth', 2),
        *('--work-dir', tmp_path, '--out', tmp_path / 'results.json'),
        *('--show-dir', tmp_path / 'mattes'),
        **options,
    )
    one, two = (json.loads((folder / 'results.json').read_text()) for folder in (tested, tmp_path))
    assert [image['name'] for image in two['images']] == [image['name'] for image in one['images']]
    for metric in METRICS:
        assert two['mean'][metric] == pytest.approx(one['mean'][metric], rel=1e-6)
    assert len(list((tmp_path / 'mattes').iterdir())) == len(one['images'])


def test_the_report_shows_network_and_trivial_matte(tested, tiny_aim, tmp_path):
    sheet = tmp_path / 'sheet.png'
    printed = run(
        *('tools/analysis/report.py', tiny_aim / 'test', tested / 'mattes'),
        *('--out', sheet),
    )
    assert 'trivial matte' in printed and '% of the trivial' in printed
    width = cv2.imread(str(sheet)).shape[1]
    assert width > 1000

    printed = run(
        *('tools/analysis/report.py', tiny_aim / 'test', tested / 'mattes'),
        *('--also', 'the truth', tiny_aim / 'test/alpha_copy', '--out', sheet),
    )
    assert "SAD of the truth: 0% of the trivial matte's" in printed
    assert cv2.imread(str(sheet)).shape[1] == width + 240


@pytest.mark.parametrize('names', [['trimap'], ['other', 'other']])
def test_the_report_refuses_names_that_it_could_not_tell_apart(tiny_aim, tmp_path, names):
    mattes = tiny_aim / 'test/alpha_copy'
    command = ['tools/analysis/report.py', tiny_aim / 'test', mattes]
    for name in names:
        command += ['--also', name, mattes]
    command += ['--out', tmp_path / 'sheet.png']

    assert refused(*command).startswith('--also: names must differ, and be none of network, merged')
    assert not (tmp_path / 'sheet.png').exists()


def test_foregrounds_are_reestimated_once(tiny_aim, tmp_path):
    command = ('tools/reestimate_foreground.py', tiny_aim / 'train')
    command = (*command, '--out-dir', tmp_path / 'kappa_fg')
    count = len(list((tiny_aim / 'train/fg').iterdir()))
    assert f'{count} foregrounds written, 0 were there' in run(*command)
    assert f'0 foregrounds written, {count} were there' in run(*command)


def test_a_killed_reestimation_goes_on_and_leaves_no_broken_file(tiny_aim, tmp_path):
    out_dir = tmp_path / 'kappa_fg'
    command = ['tools/reestimate_foreground.py', str(tiny_aim / 'train')]
    command += ['--out-dir', str(out_dir), '--workers', '1']
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and not list(out_dir.glob('*.png')):
        time.sleep(0.01)
    process.kill()
    process.wait()

    finished = {path.name: path.stat().st_mtime_ns for path in out_dir.glob('*.png')}
    assert all(is_intact(out_dir / name) for name in finished)
    run(*command)
    after = {path.name: path.stat().st_mtime_ns for path in out_dir.glob('*.png')}
    assert len(after) == len(list((tiny_aim / 'train/fg').iterdir()))
    assert {name: after[name] for name in finished} == finished


def test_a_bad_image_is_reported_and_the_rest_is_done(tiny_aim, tmp_path):
    shutil.copytree(tiny_aim / 'train', tmp_path / 'train')
    bad, *others = sorted((tmp_path / 'train/fg').iterdir())
    bad.write_bytes(b'no image')

    said = refused('tools/reestimate_foreground.py', tmp_path / 'train', '--workers', 0)

    assert str(bad) in said and 'not a readable image' in said
    written = {path.stem for path in (tmp_path / 'train/kappa_fg').iterdir()}
    assert written == {path.stem for path in others}


@pytest.mark.parametrize('method', ['cf', 'ml'])
def test_other_methods_of_reestimation(tiny_aim, tmp_path, method):
    command = ('tools/reestimate_foreground.py', tiny_aim / 'train')
    printed = run(*command, '--out-dir', tmp_path, '--method', method, '--workers', 0)
    assert 'foregrounds written, 0 were there' in printed
    assert all(is_intact(path) for path in tmp_path.iterdir())


def test_the_foreground_report_measures_and_shows(tiny_aim, tmp_path):
    shutil.copytree(tiny_aim / 'train', tmp_path / 'train')
    run('tools/reestimate_foreground.py', tmp_path / 'train', '--workers', 0)
    out = tmp_path / 'report'

    printed = run(
        *('tools/analysis/foreground_report.py', tmp_path / 'train'),
        *('--out', out, '--per-sheet', 2),
    )

    with open(out / 'report.csv') as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(list((tiny_aim / 'train/fg').iterdir()))
    assert sum(float(row['after']) for row in rows) < sum(float(row['before']) for row in rows)
    assert f'{len(rows)} foregrounds' in printed
    assert sorted(path.name for path in out.glob('*.png')) == ['report_001.png', 'report_002.png']


@pytest.mark.parametrize(
    'command, message',
    [
        (('tools/train.py', 'configs/none.py'), 'No config configs/none.py'),
        (('tools/test.py', CONFIG, 'none.pth'), 'No checkpoint none.pth'),
        (('tools/test.py', CONFIG, 'README.md'), 'README.md is not a checkpoint'),
        (('tools/test.py', 'none.py', 'none.pth'), 'No config none.py'),
        (('tools/reestimate_foreground.py', 'nowhere'), 'No folder nowhere/fg'),
    ],
)
def test_what_is_missing_is_named(command, message):
    assert message in refused(*command)


@pytest.mark.parametrize(
    'arguments, message',
    [
        (('--tile', '10'), 'at least 64 pixels, not 10'),
        (('--refine-steps', '-1'), 'at least 1 step'),
    ],
)
def test_options_that_make_no_sense_are_refused_in_words(trained, options, arguments, message):
    settings = [f'{key}={value}' for key, value in options.items()]
    command = ('tools/test.py', CONFIG, trained[0] / 'epoch_2.pth', *arguments)
    assert message in refused(*command, '--cfg-options', *settings).splitlines()[-1]
