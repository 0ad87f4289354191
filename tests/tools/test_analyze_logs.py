"""Curves of runs that were killed, resumed and begun anew."""

import json
import sys

import cv2
import pytest
from command_line import ROOT, refused, run

TOOL = ('tools/analysis/analyze_logs.py',)


def training(step, loss, **more):
    entry = dict(lr=1e-3, base_lr=1e-3, loss=loss, loss_alpha=loss, time=0.25, data_time=0.01)
    return dict(entry, epoch=(step + 9) // 10, iter=step, step=step, **more)


def validation(epoch, sad):
    return dict(SAD=sad, MattingMSE=sad / 100, data_time=0.01, time=0.05, step=epoch)


def write(folder, entries, tail=''):
    path = folder / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text('\n'.join(map(json.dumps, entries)) + tail)
    return path


@pytest.fixture
def resumed(tmp_path):
    """Killed while it wrote iteration 50, resumed after iteration 30."""
    run_dir = tmp_path / 'resumed'
    entries = [training(10 * i, 1 / i) for i in (1, 2, 3, 4)]
    entries.insert(2, validation(2, 9.0))
    write(run_dir / '20260101_000000', entries, '\n{"lr": 0.001, "lo')
    later = [training(10 * i, 0.2 - i / 100) for i in (4, 5, 6)]
    write(run_dir / '20260102_000000', [*later, validation(4, 8.0), validation(6, 8.5)])
    return run_dir


def table(printed):
    """(run, quantity) -> last, where, lowest, where."""
    rows, name = {}, ''
    for line in printed.splitlines():
        if line.startswith('│'):
            first, *cells = (cell.strip() for cell in line.strip('│').split('│'))
            name = first or name
            rows[name, cells[0]] = tuple(cells[1:])
    return rows


def test_a_resumed_run_is_one_curve_in_which_later_values_stand(resumed, tmp_path):
    printed = run(*TOOL, resumed, '--out', tmp_path / 'curves.png')
    rows = table(printed)
    assert rows['resumed', 'loss'] == ('0.14', 'iter 60', '0.14', 'iter 60')
    assert rows['resumed', 'SAD'] == ('8.5', 'epoch 6', '8', 'epoch 4')
    assert ('resumed', 'loss_alpha') not in rows  # the same curve
    assert '60 iterations, 0.250 s each' in printed
    assert 'left out: 1' in printed
    assert cv2.imread(str(tmp_path / 'curves.png')).shape[1] > 1000

    sys.path.insert(0, str(ROOT / 'tools/analysis'))
    try:
        import analyze_logs
    finally:
        sys.path.remove(str(ROOT / 'tools/analysis'))
    steps, losses = analyze_logs.read_run(resumed).curve('loss')
    assert steps == [10, 20, 30, 40, 50, 60]
    assert losses == pytest.approx([1, 0.5, 1 / 3, 0.16, 0.15, 0.14])


def test_a_run_that_began_anew_in_the_same_folder_replaces_the_one_before(resumed, tmp_path):
    write(resumed / '20260103_000000', [training(10, 5.0), validation(1, 7.0)])
    rows = table(run(*TOOL, resumed, '--out', tmp_path / 'curves.png'))
    assert rows['resumed', 'loss'] == ('5', 'iter 10', '5', 'iter 10')
    assert rows['resumed', 'SAD'] == ('7', 'epoch 1', '7', 'epoch 1')


def test_several_runs_and_chosen_quantities(resumed, tmp_path):
    other = write(tmp_path / 'other', [training(5, 2.0, loss_edge=1.0), validation(1, 1.0)])
    printed = run(*TOOL, resumed, other, '--out', tmp_path / 'c.png', '--keys', 'SAD', 'loss')
    assert [key for _, key in table(printed)] == ['SAD', 'loss'] * 2
    everything = table(run(*TOOL, other.parents[1], resumed, '--out', tmp_path / 'c.png'))
    assert ('other', 'loss_edge') in everything and ('resumed', 'loss_edge') not in everything


def test_runs_by_iterations(tmp_path):
    entries = [{k: v for k, v in training(100, 1.0).items() if k != 'epoch'}, validation(100, 3.0)]
    write(tmp_path / 'run' / '20260101_000000', entries)
    rows = table(run(*TOOL, tmp_path / 'run', '--out', tmp_path / 'c.png'))
    assert rows['run', 'SAD'][1] == 'iter 100'


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('{tmp}/nowhere',), 'No logs of a training run in'),
        (('{tmp}/empty.json',), 'holds no numbers of a training run'),
        (('{tmp}/resumed', '--keys', 'PSNR'), 'No PSNR in these logs; there are lr, loss, '),
    ],
)
def test_what_cannot_be_drawn_is_one_line(resumed, tmp_path, arguments, message):
    (tmp_path / 'empty.json').write_text('{"step"\n')
    arguments = [argument.format(tmp=tmp_path) for argument in arguments]
    command = [*TOOL, *arguments, '--out', tmp_path / 'c.png']
    said = refused(*command)
    assert message in said and len(said.splitlines()) == 1
    assert not (tmp_path / 'c.png').exists()
