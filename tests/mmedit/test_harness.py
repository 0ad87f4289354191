"""mmedit's models in our harness, and our network in mmedit's."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import ROOT, run
from mmengine.config import Config

from lsmatting_plugin.registry import MODELS

METRICS = ('SAD', 'MattingMSE', 'GradientError', 'ConnectivityError')
SMALL = {
    'train_dataloader.batch_size': 1,
    'train_dataloader.num_workers': 0,
    'val_dataloader.num_workers': 0,
    'test_dataloader.num_workers': 0,
    'val_dataloader.dataset.indices': 1,
    'default_hooks.logger.interval': 1,
}
BY_ITERATION = {
    'train_cfg.max_iters': 2,
    'train_cfg.val_interval': 2,
    'default_hooks.checkpoint.interval': 2,
}
BY_EPOCH = {
    'train_cfg.max_epochs': 1,
    'train_cfg.val_interval': 1,
    'train_dataloader.dataset.indices': 2,
    'default_hooks.checkpoint.interval': 1,
    'default_hooks.checkpoint.save_best': None,
    'train_dataloader.dataset.pipeline.10.size': 128,
}


@pytest.mark.parametrize(
    ('name', 'settings', 'checkpoint'),
    [
        ('dim', BY_ITERATION, 'iter_2.pth'),
        ('dim_refined', BY_ITERATION, 'iter_2.pth'),
        ('indexnet', BY_ITERATION, 'iter_2.pth'),
        ('gca', BY_ITERATION, 'iter_2.pth'),
        ('fba', BY_EPOCH, 'epoch_1.pth'),
    ],
)
def test_a_model_of_mmedit_trains_and_is_tested_by_our_metrics(
    tiny_aim, tmp_path, name, settings, checkpoint
):
    config = f'configs/baselines/mmedit_{name}.py'
    data = {
        f'{phase}_dataloader.dataset.data_root': tiny_aim / part
        for phase, part in (('train', 'train'), ('val', 'test'), ('test', 'test'))
    }
    options = {**SMALL, **settings, **data}
    printed = run(sys.executable, 'tools/train.py', config, '--work-dir', tmp_path, **options)
    assert 'loss' in printed and 'SAD: ' in printed
    options = {key: value for key, value in data.items() if key.startswith('test')}
    out = tmp_path / 'results.json'
    run(
        *(sys.executable, 'tools/test.py', config, tmp_path / checkpoint),
        *('--work-dir', tmp_path / 'test', '--out', out, '--show-dir', tmp_path / 'mattes'),
        **options,
    )
    results = json.loads(out.read_text())
    assert results['protocol'] == 'dim'
    for metric in METRICS:
        assert all(image[metric] >= 0 for image in results['images'])
    # The mattes that were written score the same again: the predictions were whole.
    run(
        *(sys.executable, 'tools/eval_folder.py', tmp_path / 'mattes'),
        *(
            tiny_aim / 'test/alpha_copy',
            tiny_aim / 'test/trimaps',
            '--out',
            tmp_path / 'again.json',
        ),
    )
    again = json.loads((tmp_path / 'again.json').read_text())
    for metric in METRICS:
        assert again['mean'][metric] == pytest.approx(results['mean'][metric], rel=1e-9)


@pytest.fixture
def tiny_checkpoint(make_tiny_model_cfg, tmp_path):
    torch.manual_seed(0)
    torch.save(MODELS.build(make_tiny_model_cfg()).state_dict(), tmp_path / 'tiny.pth')
    return tmp_path / 'tiny.pth'


def test_our_network_scores_the_same_in_mmedit_s_harness(tiny_aim, tiny_checkpoint, tmp_path):
    names = sorted(path.name for path in (tiny_aim / 'test/merged').iterdir())
    folders = dict(merged='merged', trimap='trimaps', alpha='alpha_copy')
    items = [
        {f'{key}_path': f'{folder}/{name}' for key, folder in folders.items()} for name in names
    ]
    (tmp_path / 'test_list.json').write_text(json.dumps(items))
    network = {
        'model.encoder.depth': 18,
        'model.encoder.base_channels': 8,
        'model.encoder.stem_channels': 8,
        'model.decoder.channels': '[8,8,8,8,8]',
        'model.decoder.head_channels': 4,
    }
    printed = run(
        *(sys.executable, 'tools/test.py', 'configs/baselines/lsm_in_mmedit.py', tiny_checkpoint),
        *('--work-dir', tmp_path / 'theirs'),
        **network,
        **{
            'test_dataloader.dataset.data_root': tiny_aim / 'test',
            'test_dataloader.dataset.ann_file': tmp_path / 'test_list.json',
        },
    )
    theirs = {metric: float(re.findall(rf'{metric}: ([\d.]+)', printed)[-1]) for metric in METRICS}
    run(
        *(sys.executable, 'tools/test.py', 'configs/lsm_r50_aim.py', tiny_checkpoint),
        *('--work-dir', tmp_path / 'ours', '--out', tmp_path / 'ours.json'),
        **network,
        **{'test_dataloader.dataset.data_root': tiny_aim / 'test'},
    )
    ours = json.loads((tmp_path / 'ours.json').read_text())['mean']
    for metric in METRICS:
        assert theirs[metric] == pytest.approx(ours[metric], rel=1e-3), metric


def test_a_trimap_of_other_greys_is_read_as_this_project_reads_it():
    from lsmatting_plugin.registry import TRANSFORMS

    for name in ('dim', 'indexnet', 'gca'):
        cfg = Config.fromfile(ROOT / f'configs/baselines/mmedit_{name}.py')
        step = TRANSFORMS.build(cfg.test_pipeline[2])
        trimap = np.array([[3, 100, 250]], np.uint8)[..., None]
        results = step(dict(trimap=trimap, ori_trimap=trimap.copy()))
        for key in ('trimap', 'ori_trimap'):
            assert results[key].ravel().tolist() == [0, 128, 255]


def test_mmedit_s_own_settings_of_the_models_stay():
    for name in ('dim/dim_stage1-v16_1xb1-1000k_comp1k', 'gca/gca_r34_4xb10-200k_comp1k'):
        package = Path(sys.modules['mmedit'].__file__).parent / '.mim/configs'
        theirs = Config.fromfile(package / f'{name}.py').model
        ours = Config.fromfile(ROOT / f'configs/baselines/mmedit_{name.split("/")[0]}.py').model
        ours = json.loads(json.dumps(ours, default=list))
        assert without_scopes(ours) == json.loads(json.dumps(theirs, default=list))


def without_scopes(node):
    if isinstance(node, dict):
        return {k: without_scopes(v) for k, v in node.items() if k != '_scope_'}
    return [without_scopes(v) for v in node] if isinstance(node, list) else node
