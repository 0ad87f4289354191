"""Methods without training under tools/test.py, and a folder of their mattes scored again."""

import json
from pathlib import Path

import cv2
import pytest
from command_line import ROOT, call, refused, run

BASELINES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ('pymatting_*.py', 'sampled_closed_form.py', 'trivial.py')
    for path in (ROOT / 'configs/baselines').glob(pattern)
)
FAST = ('pymatting_random_walk.py', 'sampled_closed_form.py', 'trivial.py')
METRICS = ('SAD', 'MattingMSE', 'GradientError', 'ConnectivityError')


@pytest.fixture(scope='module')
def tested(tiny_aim, tmp_path_factory):
    """Tests a baseline on the tiny set, once; its folder of results."""
    folders = {}

    def test(config):
        if config not in folders:
            out = tmp_path_factory.mktemp('baseline')
            run(
                *('tools/test.py', config, '--work-dir', out / 'run'),
                *('--out', out / 'results.json', '--show-dir', out / 'mattes'),
                **{'test_dataloader.dataset.data_root': tiny_aim / 'test'},
            )
            folders[config] = out
        return folders[config]

    return test


def results_of(folder):
    return json.loads((folder / 'results.json').read_text())


@pytest.mark.parametrize(
    'config',
    [
        pytest.param(path, marks=() if path.endswith(FAST) else pytest.mark.slow)
        for path in BASELINES
    ],
)
def test_each_baseline_is_tested_without_a_checkpoint(tested, tiny_aim, config):
    results = results_of(tested(config))
    assert results['name'] == Path(config).stem
    assert len(results['images']) == len(list((tiny_aim / 'test/merged').iterdir()))
    assert results['mean']['seconds'] > 0
    if config != 'configs/baselines/trivial.py':
        trivial = results_of(tested('configs/baselines/trivial.py'))
        assert results['mean']['MattingMSE'] < trivial['mean']['MattingMSE']


def score(*options, workers=0):
    return call('tools/eval_folder.py', *options, '--workers', workers)


@pytest.fixture
def folders(tested, tiny_aim):
    mattes = tested('configs/baselines/trivial.py') / 'mattes'
    return mattes, tiny_aim / 'test/alpha_copy', tiny_aim / 'test/trimaps'


class TestEvalFolder:
    def test_written_mattes_score_as_in_the_test(self, tested, folders, tmp_path):
        done = score(*folders, '--out', tmp_path / 'r.json', '--out', tmp_path / 'r.csv')
        assert (done.returncode, 'warn' in done.stderr.lower()) == (0, False), done.stderr
        expected = results_of(tested('configs/baselines/trivial.py'))
        found = results_of_file(tmp_path / 'r.json')
        for key in METRICS:
            assert found['mean'][key] == pytest.approx(expected['mean'][key], abs=1e-12)
        names = [image['name'] for image in expected['images']]
        assert [image['name'] for image in found['images']] == names
        assert all(name in done.stdout for name in names)
        assert (tmp_path / 'r.csv').read_text().splitlines()[0] == ','.join(('name', *METRICS))
        assert sum(kind['SAD'] for kind in found['by_alpha'].values()) == pytest.approx(
            found['mean']['SAD']
        )

    def test_protocols_beside_each_other(self, folders):
        printed = score(*folders, '--compare-protocols').stdout
        assert 'lsa / dim' in printed
        lsa = score(*folders, '--protocol', 'lsa').stdout
        assert "protocol 'lsa'" in lsa

    def test_workers_change_nothing(self, folders):
        assert score(*folders).stdout == score(*folders, workers=2).stdout

    def test_a_bad_matte_is_named_and_the_others_scored(self, folders, tmp_path):
        mattes = tmp_path / 'mattes'
        mattes.mkdir()
        good, small, broken, lonely = sorted(folders[0].iterdir())[:4]
        (mattes / good.name).write_bytes(good.read_bytes())
        (mattes / broken.name).write_bytes(broken.read_bytes()[:50])
        cv2.imwrite(str(mattes / small.name), cv2.imread(str(small), 0)[:-1])
        (mattes / 'nobody.png').write_bytes(lonely.read_bytes())
        done = score(mattes, *folders[1:])
        assert done.returncode == 1
        assert 'errors of 1 images' in done.stdout
        lines = done.stderr.splitlines()
        assert any(small.name in line and 'height, width' in line for line in lines)
        assert any(broken.name in line and 'broken or cut short' in line for line in lines)
        assert any('nobody.png: it has no true alpha' in line for line in lines)
        assert 'Traceback' not in done.stderr

    def test_one_alpha_serves_all_composites_of_a_foreground(self, folders, tmp_path):
        alphas = tmp_path / 'alpha'
        alphas.mkdir()
        for path in folders[1].iterdir():
            (alphas / f'{path.stem.rsplit("_", 1)[0]}.png').write_bytes(path.read_bytes())
        expected = score(*folders).stdout
        assert score(folders[0], alphas, folders[2]).stdout == expected

    @pytest.mark.parametrize(
        ('options', 'message'),
        [
            (('no', 'no', 'no'), 'No folder no'),
            (('--out', 'a.xls'), r'.json or .csv, not to a.xls'),
        ],
    )
    def test_what_makes_no_sense_is_one_line(self, folders, options, message):
        done = score(*(options if options[0] == 'no' else (*folders, *options)))
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
        assert message in done.stderr


def results_of_file(path):
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('configs/lsm_r18_toy.py',), 'describes a network: give a checkpoint'),
        (('configs/baselines/trivial.py', '--tta', 'flips'), 'options of LSAMattor'),
    ],
)
def test_what_a_test_lacks_is_said_in_one_line(tiny_aim, tmp_path, arguments, message):
    settings = ('--cfg-options', f'test_dataloader.dataset.data_root={tiny_aim}/test')
    said = refused('tools/test.py', *arguments, '--work-dir', tmp_path, *settings)
    assert message in said
