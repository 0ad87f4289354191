"""A checkpoint is data: wherever one comes in, what is pickled in it does not run."""

import runpy
import sys
from contextlib import suppress

import pytest
import torch
from command_line import ROOT, run
from mmengine.config import Config
from mmengine.runner import Runner
from mmengine.runner.checkpoint import load_checkpoint

from lsmatting_plugin.apis import MattingInferencer, init_model
from lsmatting_plugin.apis import shipped as shipped_module
from lsmatting_plugin.apis.shipped import shipped_model
from lsmatting_plugin.checkpoint_error import CheckpointError
from lsmatting_plugin.engine.launch import build_runner
from lsmatting_plugin.registry import MODELS
from lsmatting_plugin.stated_hash import name_with_hash


@pytest.fixture
def cfg(make_tiny_model_cfg):
    return Config(dict(model=make_tiny_model_cfg(), default_scope='lsmatting_plugin'))


@pytest.fixture
def run_cfg(make_tiny_cfg, tmp_path, monkeypatch):
    # mmengine formats a config three times over, in seconds, when a runner starts.
    monkeypatch.setattr('mmengine.config.config.FormatCode', lambda text, **_: (text, False))
    return lambda **settings: make_tiny_cfg(tmp_path / 'run', **settings)


def use_by_init_model(path, cfg, run_cfg):
    init_model(cfg, path)


def use_by_inferencer(path, cfg, run_cfg):
    MattingInferencer(cfg, path)


def use_as_load_from(path, cfg, run_cfg):
    build_runner(run_cfg(load_from=str(path))).load_or_resume()


def use_as_resume(path, cfg, run_cfg):
    build_runner(run_cfg(load_from=str(path), resume=True)).load_or_resume()


def use_as_resume_without_a_name(path, cfg, run_cfg):
    cfg = run_cfg(resume=True)
    path.parent.joinpath('run').mkdir()
    path.parent.joinpath('run', 'last_checkpoint').write_text(str(path))
    build_runner(cfg).load_or_resume()


def use_by_mmengines_own_runner(path, cfg, run_cfg):
    Runner.from_cfg(run_cfg(load_from=str(path), custom_hooks=[])).load_or_resume()


def use_by_mmengines_function(path, cfg, run_cfg):
    load_checkpoint(MODELS.build(cfg.model), str(path))


def use_as_pretrained_model(path, cfg, run_cfg):
    cfg.model.init_cfg = dict(type='Pretrained', checkpoint=str(path))
    MODELS.build(cfg.model).init_weights()


def use_as_pretrained_part(path, cfg, run_cfg):
    cfg.model.encoder.init_cfg = dict(type='Pretrained', checkpoint=str(path))
    MODELS.build(cfg.model).init_weights()


def use_as_imagenet_weights(path, cfg, run_cfg):
    cfg.model.encoder.update(
        pretrained=f'https://127.0.0.1/{path.name}', pretrained_dir=str(path.parent)
    )
    MODELS.build(cfg.model).init_weights()


USES = [use for name, use in list(globals().items()) if name.startswith('use_')]


@pytest.mark.parametrize('use', USES, ids=lambda use: use.__name__.removeprefix('use_'))
def test_it_is_refused_in_one_line_and_did_not_run(use, malicious, touched, cfg, run_cfg):
    with pytest.raises(CheckpointError, match=rf'{malicious.name} is not a checkpoint') as error:
        use(malicious, cfg, run_cfg)
    assert '\n' not in str(error.value)
    assert not touched.exists()


@pytest.mark.parametrize(
    ('tool', 'words'),
    [
        ('test.py', ['configs/lsm_r18_toy.py', 'FILE']),
        ('model_converters/lsa_to_plugin.py', ['FILE', 'out.pth']),
        ('model_converters/publish_model.py', ['FILE', 'out.pth']),
    ],
)
def test_tools_end_with_that_line(tool, words, malicious, touched, monkeypatch):
    words = [str(malicious) if word == 'FILE' else word for word in words]
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, 'argv', [tool, *words])
    monkeypatch.setattr(sys, 'path', list(sys.path))
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / 'tools' / tool), run_name='__main__')
    assert f'{malicious.name} is not a checkpoint' in end.value.code and '\n' not in end.value.code
    assert not touched.exists()


def test_training_ends_with_that_line(malicious, touched, run_cfg, tmp_path, monkeypatch):
    run_cfg().dump(tmp_path / 'tiny.py')
    monkeypatch.setattr(
        sys, 'argv', ['train.py', f'{tmp_path}/tiny.py', '--resume', f'{malicious}']
    )
    monkeypatch.setattr(sys, 'path', list(sys.path))
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / 'tools/train.py'), run_name='__main__')
    assert f'{malicious.name} is not a checkpoint' in end.value.code and '\n' not in end.value.code
    assert not touched.exists()


def test_the_safety_cannot_be_switched_off_from_outside(malicious, touched, cfg, monkeypatch):
    monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')
    with pytest.raises(CheckpointError):
        load_checkpoint(MODELS.build(cfg.model), str(malicious))
    assert not touched.exists()


@pytest.mark.parametrize('module', ['models', 'engine'])
def test_mmengine_is_safe_as_soon_as_a_part_of_ours_is_imported(module):
    source = (
        f'import lsmatting_plugin.{module}, mmengine.runner.checkpoint as checkpoint\n'
        'print(checkpoint.CheckpointLoader._get_checkpoint_loader("net.pth").__module__)'
    )
    assert run(sys.executable, '-c', source).split() == ['lsmatting_plugin.checkpoint_loader']


def test_a_config_within_a_checkpoint_is_not_executed(weights, touched, run_cfg, tmp_path):
    """Mmengine's Runner.resume executes ``meta['config']``, to compare numbers of GPUs."""
    build_runner(run_cfg(**{'train_cfg.max_epochs': 1})).train()
    [path] = tmp_path.glob('run/epoch_1.pth')
    content = torch.load(path, weights_only=True)
    content['meta'].update({key: f'open({str(touched)!r}, "w")' for key in ('config', 'cfg')})
    torch.save(content, path)
    again = build_runner(run_cfg(resume=True, load_from=str(path), experiment_name='again'))
    again.train_loop, again.optim_wrapper  # noqa: B018 - what load_or_resume expects to be there
    again.load_or_resume()
    assert again.iter > 0
    assert not touched.exists()


def test_weights_in_the_package_must_be_those_of_their_name(cfg, weights, tmp_path, monkeypatch):
    monkeypatch.setattr(shipped_module, 'WEIGHTS', tmp_path)
    cfg.dump(tmp_path / 'tiny.py')
    torch.save(dict(state_dict=weights), tmp_path / 'upload')
    data = (tmp_path / 'upload').read_bytes()
    sound = tmp_path / name_with_hash('tiny', data)
    sound.write_bytes(data)
    init_model(*shipped_model())

    sound.write_bytes(data.replace(b'decoder', b'decodes'))
    with pytest.raises(CheckpointError, match=f'{sound.name} is damaged or another file'):
        init_model(*shipped_model())


def test_it_would_have_run(malicious, touched):
    """So that the tests above cannot pass for want of an attack."""
    with suppress(RuntimeError):  # it runs before torch sees that a bare pickle is no checkpoint
        torch.load(malicious, weights_only=False)
    assert touched.exists()
