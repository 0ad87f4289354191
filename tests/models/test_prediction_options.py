import pytest
from mmengine.config import Config

from lsmatting_plugin.models.prediction_options import set_prediction_options


@pytest.fixture
def cfg():
    return Config(
        dict(
            model=dict(
                type='LSAMattor',
                refiner=dict(type='BackpropRefiner', steps=9, lr=5.0),
                tta=dict(type='MattingTTA', colours=True),
                test_cfg=dict(tile=512, pred_dtype='uint8'),
            )
        )
    )


def test_what_is_not_given_stays(cfg):
    before = cfg.model.to_dict()
    set_prediction_options(cfg)
    assert cfg.model.to_dict() == before


def test_what_is_given_replaces(cfg):
    set_prediction_options(
        cfg, refine_steps=3, tta='flips', tile=256, dtype='bfloat16', compiles=True, progress=True
    )
    assert cfg.model.refiner == dict(type='BackpropRefiner', steps=3, lr=5.0, progress=True)
    assert cfg.model.tta == dict(type='MattingTTA')
    assert cfg.model.test_cfg == dict(tile=256, dtype='bfloat16', compile=True, pred_dtype='uint8')


def test_options_may_be_switched_off(cfg):
    set_prediction_options(cfg, refine_steps=0, tta='none', tile=0)
    assert (cfg.model.refiner, cfg.model.tta, cfg.model.test_cfg.tile) == (None, None, None)


def test_a_config_without_them_gets_them():
    cfg = Config(dict(model=dict(type='LSAMattor')))
    set_prediction_options(cfg, refine_steps=7, tta='flips+scales')
    assert cfg.model.refiner == dict(type='BackpropRefiner', steps=7)
    assert cfg.model.tta.scales == (0.8, 1.0, 1.25)


def test_an_unknown_augmentation_is_refused(cfg):
    with pytest.raises(ValueError, match=r"'flips\+colours'\], not 'rotations'"):
        set_prediction_options(cfg, tta='rotations')


def test_tiles_lift_the_limit_on_test_images():
    limit = dict(type='LimitSize', max_size=2176)
    dataset = dict(type='A', pipeline=[dict(type='LoadImage'), limit])
    cfg = Config(
        dict(
            model=dict(type='LSAMattor'),
            test_dataloader=dict(dataset=dict(type='ConcatDataset', datasets=[dataset])),
        )
    )
    set_prediction_options(cfg)
    step = cfg.test_dataloader.dataset.datasets[0].pipeline[1]
    assert step.max_size == 2176
    set_prediction_options(cfg, tile=512)
    assert step.max_size is None


@pytest.mark.parametrize('options', [dict(tta='flips'), dict(refine_steps=3), dict(tile=256)])
def test_other_models_have_no_such_options(options):
    cfg = Config(dict(model=dict(type='TrivialMattor')))
    set_prediction_options(cfg)
    assert cfg.model == dict(type='TrivialMattor')
    with pytest.raises(ValueError, match='options of LSAMattor, not of TrivialMattor'):
        set_prediction_options(cfg, **options)
