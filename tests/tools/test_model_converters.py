"""Checkpoints of the released format, and published ones."""

import hashlib
import re

import pytest
import torch
from command_line import refused, run
from mmengine.config import Config

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.registry import MODELS

CONVERT = ('tools/model_converters/lsa_to_plugin.py',)
PUBLISH = ('tools/model_converters/publish_model.py',)


@pytest.fixture
def config(tmp_path, make_tiny_model_cfg):
    path = tmp_path / 'tiny.py'
    path.write_text(f'model = {make_tiny_model_cfg()!r}')
    return path


@pytest.fixture
def model(make_tiny_model_cfg):
    return MODELS.build(make_tiny_model_cfg())


@pytest.fixture
def released(tmp_path, model, to_official):
    """A checkpoint as the paper's authors released theirs."""
    path = tmp_path / 'released.pth'
    torch.save(dict(epoch=100, state_dict=to_official(model.state_dict())), path)
    return path


def test_there_and_back_is_the_same(tmp_path, config, released, model):
    ours, back = tmp_path / 'ours.pth', tmp_path / 'back.pth'
    printed = run(*CONVERT, released, ours, '--config', config)
    assert f'{len(model.state_dict())} parameters written to {ours}' in printed
    run(*CONVERT, ours, back, '--reverse', '--config', config)

    content = torch.load(ours, weights_only=True)
    assert content['meta'] == dict(epoch=100)
    assert list(content['state_dict']) == list(model.state_dict())
    loaded = init_model(config, ours).state_dict()
    assert all(torch.equal(value, loaded[key]) for key, value in model.state_dict().items())
    original, again = (torch.load(path, weights_only=True) for path in (released, back))
    assert again.keys() == original.keys() and again['epoch'] == 100
    assert list(again['state_dict']) == list(original['state_dict'])
    for key, value in original['state_dict'].items():
        assert torch.equal(value, again['state_dict'][key])


def test_every_name_that_does_not_fit_is_listed(tmp_path, config, released):
    content = torch.load(released, weights_only=True)
    gone = [key for key in content['state_dict'] if 'layer4' in key]
    for key in gone:
        del content['state_dict'][key]
    content['state_dict']['module.fc.weight'] = torch.zeros(1)
    torch.save(content, released)

    said = refused(*CONVERT, released, tmp_path / 'ours.pth', '--config', config)

    assert f'{len(gone)} missing: ' in said and '1 unexpected: fc.weight' in said
    assert all(key.replace('module.backbone', 'encoder') in said for key in gone)
    assert not (tmp_path / 'ours.pth').exists()


@pytest.mark.parametrize('reverse', [False, True])
def test_the_other_format_is_not_taken_for_the_one(tmp_path, config, released, model, reverse):
    ours = tmp_path / 'ours.pth'
    torch.save(dict(state_dict=model.state_dict()), ours)
    source, options = (released, ['--reverse']) if reverse else (ours, [])
    said = refused(*CONVERT, source, tmp_path / 'out.pth', *options, '--config', config)
    assert 'already' in said and ('leave --reverse out' if reverse else 'give --reverse') in said


@pytest.mark.parametrize('tool', [CONVERT, PUBLISH])
def test_files_that_are_no_checkpoints_are_named(tmp_path, tool):
    (tmp_path / 'no.pth').write_bytes(b'no')
    assert 'no.pth is not a checkpoint' in refused(*tool, tmp_path / 'no.pth', tmp_path / 'out.pth')
    assert 'No checkpoint' in refused(*tool, tmp_path / 'none.pth', tmp_path / 'out.pth')


@pytest.mark.parametrize('meta', [None, 'text'])
def test_odd_meta_does_not_matter(tmp_path, config, model, meta):
    torch.save(dict(meta=meta, state_dict=model.state_dict()), tmp_path / 'a.pth')
    run(*PUBLISH, tmp_path / 'a.pth', tmp_path / 'b.pth')
    run(*CONVERT, tmp_path / 'a.pth', tmp_path / 'c.pth', '--reverse', '--config', config)
    assert torch.load(tmp_path / 'c.pth', weights_only=True)['epoch'] == 0


def test_configs_and_places_that_do_not_work_are_named(tmp_path, config, released):
    (tmp_path / 'bad.py').write_text('model = (')
    (tmp_path / 'none.py').write_text('a = 1')
    out = tmp_path / 'out.pth'
    for name, message in (('bad.py', 'bad.py is no config'), ('none.py', 'describes no model')):
        assert message in refused(*CONVERT, released, out, '--config', tmp_path / name)
    assert str(tmp_path) in refused(*CONVERT, released, tmp_path, '--config', config)
    torch.save({}, tmp_path / 'empty.pth')
    assert 'empty.pth has no parameters' in refused(*PUBLISH, tmp_path / 'empty.pth', out)


def test_a_published_model_is_small_hashed_and_tells_nothing(tmp_path, config, model):
    optimizer = torch.optim.Adam(model.parameters())
    sum(parameter.sum() for parameter in model.parameters()).backward()
    optimizer.step()
    torch.save(
        dict(
            meta=dict(epoch=3, iter=60, cfg='work_dir = "/home/me"', time='today'),
            state_dict=model.state_dict(),
            optimizer=optimizer.state_dict(),
            message_hub={},
        ),
        tmp_path / 'epoch_3.pth',
    )

    printed = run(*PUBLISH, tmp_path / 'epoch_3.pth', tmp_path / 'tiny.pth')

    [path] = tmp_path.glob('tiny-*.pth')
    digits = re.fullmatch(r'tiny-([0-9a-f]{8})\.pth', path.name)[1]
    assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(digits)
    assert path.name in printed
    assert path.stat().st_size < (tmp_path / 'epoch_3.pth').stat().st_size / 2
    content = torch.load(path, weights_only=True)
    assert content.keys() == {'meta', 'state_dict'} and content['meta'] == dict(epoch=3, iter=60)
    loaded = init_model(Config.fromfile(config), path).state_dict()
    assert all(torch.equal(value, loaded[key]) for key, value in model.state_dict().items())
    # The same weights have the same name, whatever is beside them.
    torch.save(dict(meta=dict(epoch=3, iter=60), state_dict=model.state_dict()), tmp_path / 'b.pth')
    run(*PUBLISH, tmp_path / 'b.pth', tmp_path / 'tiny.pth')
    assert list(tmp_path.glob('tiny-*.pth')) == [path]


def test_with_its_config_a_published_model_is_all_that_prediction_needs(tmp_path, config, model):
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'a.pth')
    run(*PUBLISH, tmp_path / 'a.pth', tmp_path / 'slim.pth', '--half', '--config', config)

    [path] = tmp_path.glob('slim-*.pth')
    slim = Config.fromfile(tmp_path / 'slim.py')
    assert set(slim) == {'default_scope', 'custom_imports', 'model'} & set(Config.fromfile(config))
    loaded = init_model(slim, path, device='cpu').state_dict()
    for key, value in model.state_dict().items():
        assert loaded[key].dtype == value.dtype
        torch.testing.assert_close(loaded[key], value, atol=1e-6, rtol=1e-3)

    weights = model.state_dict()
    weights[next(iter(weights))].flatten()[0] = 1e6  # infinite in 16 bits
    torch.save(dict(state_dict=weights), tmp_path / 'b.pth')
    bad = (*PUBLISH, tmp_path / 'b.pth', tmp_path / 'bad.pth', '--half', '--config', config)
    assert 'not finite in 16 bits' in refused(*bad)
    assert 'not finite in 16 bits' in refused(*bad[:-2])  # without a config too
    assert not list(tmp_path.glob('bad*'))


def test_a_model_is_not_published_with_anothers_config(tmp_path, config):
    torch.save(dict(state_dict=dict(a=torch.zeros(1))), tmp_path / 'a.pth')
    message = refused(*PUBLISH, tmp_path / 'a.pth', tmp_path / 'b.pth', '--config', config)
    assert 'does not fit the model of the config' in message
