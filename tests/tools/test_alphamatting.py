"""alphamatting.com from the outside: mattes ready for upload, scores, fine-tuning."""

import csv
import shutil

import pytest
import torch
from command_line import run

TEST = 'configs/lsm_r50_alphamatting.py'
FINETUNE = 'configs/lsm_r50_alphamatting_finetune.py'
# A network of the paper's kind that trains in seconds.
NETWORK = {
    'model.encoder.depth': 18,
    'model.encoder.base_channels': 8,
    'model.encoder.stem_channels': 8,
    'model.encoder.pretrained': None,
    'model.decoder.channels': '[8,8,8,8,8]',
    'model.decoder.head_channels': 4,
}


@pytest.fixture(scope='module')
def root(tiny_aim, tmp_path_factory):
    """The site's test and training set, both made of generated composites."""
    root = tmp_path_factory.mktemp('alphamatting')
    for kind, numbers in (('', (1, 2, 3)), ('_training', (1, 2))):
        shutil.copytree(tiny_aim / 'test/merged', root / f'input{kind}_lowres')
        for number in numbers:
            folder = root / f'trimap{kind}_lowres' / f'Trimap{number}'
            shutil.copytree(tiny_aim / 'test/trimaps', folder)
    shutil.copytree(tiny_aim / 'test/alpha_copy', root / 'gt_training_lowres')
    # The test set's names are not those of the training set.
    for path in [*root.glob('input_lowres/*'), *root.glob('trimap_lowres/*/*')]:
        path.rename(path.with_name(f'test_{path.name}'))
    return root


@pytest.fixture(scope='module')
def finetuned(root, tmp_path_factory):
    work_dir = tmp_path_factory.mktemp('finetuned')
    settings = {
        'train_cfg.max_epochs': 2,
        'default_hooks.checkpoint.interval': 1,
        'train_dataloader.dataset.data_root': root,
    }
    printed = run('tools/train.py', FINETUNE, '--work-dir', work_dir, **NETWORK, **settings)
    return work_dir / 'epoch_2.pth', printed


def test_finetuning_keeps_the_batch_norms(finetuned):
    checkpoint, printed = finetuned
    assert 'loss_alpha' in printed and 'warn' not in printed.lower()
    state_dict = torch.load(checkpoint, weights_only=True)['state_dict']
    counts = {v.item() for k, v in state_dict.items() if k.endswith('num_batches_tracked')}
    assert counts == {0}


def test_mattes_of_the_test_set_lie_as_the_site_wants_them(root, finetuned, tmp_path):
    printed = run(
        *('tools/test.py', TEST, finetuned[0], '--work-dir', tmp_path / 'run'),
        *('--show-dir', tmp_path / 'out'),
        **NETWORK,
        **{'test_dataloader.dataset.data_root': root},
    )
    names = sorted(path.name for path in (root / 'input_lowres').iterdir())
    for number in (1, 2, 3):
        mattes = tmp_path / f'out/Trimap{number}'
        assert sorted(path.name for path in mattes.iterdir()) == names
    assert 'are predicted and not scored' in printed
    assert 'SAD' not in printed


def test_the_training_set_is_scored_trimap_by_trimap(root, finetuned, tmp_path):
    settings = {
        'test_dataloader.dataset.data_root': root,
        'test_dataloader.dataset.data_prefix.merged': 'input_training_lowres',
        'test_dataloader.dataset.data_prefix.trimap': 'trimap_training_lowres',
    }
    printed = run(
        *('tools/test.py', TEST, finetuned[0], '--tta', 'none'),
        *('--work-dir', tmp_path, '--out', tmp_path / 'results.csv'),
        **NETWORK,
        **settings,
    )
    assert 'SAD/Trimap2: ' in printed
    with open(tmp_path / 'results.csv') as file:
        names = [row['name'] for row in csv.DictReader(file)]
    images = sorted(path.stem for path in (root / 'input_training_lowres').iterdir())
    expected = [f'Trimap{number}/{stem}.png' for number in (1, 2) for stem in images]
    assert names == [*expected, 'mean of Trimap1', 'mean of Trimap2', 'mean']
