"""No result takes the place of what it is made from."""

import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import ROOT, refused
from mmengine.config import Config

from lsmatting_plugin.apis import MattingInferencer
from lsmatting_plugin.datasets.preparation.reestimation import reestimate_folder
from lsmatting_plugin.image_io import write_image
from lsmatting_plugin.parallel import unordered_map
from lsmatting_plugin.registry import MODELS


@pytest.fixture
def contents(here):
    """What is in the files of the current folder, however often it is asked."""
    return lambda: {path: path.read_bytes() for path in here.rglob('*') if path.is_file()}


@pytest.mark.parametrize(
    'arguments',
    [
        ('matte', 'photo.png', 'trimap.png', '-o', 'photo.png'),
        ('matte', 'photo.png', 'trimap.png', '-o', 'trimap.png'),
        ('matte', 'photo.png', 'trimap.png', '-o', '.'),
        ('matte', 'photo.png', 'trimap.png', '-o', 'new/../photo.png'),
        ('matte', 'photo.png', 'trimap.png', '-o', 'link.png'),
        ('matte', 'photos', 'trimaps', '-o', 'photos'),
        ('matte', 'photos', 'trimaps', '-o', 'trimaps'),
        ('matte', 'photos/*.png', 'trimaps', '-o', 'photos'),
        ('trimap', 'mask.png', '-o', 'mask.png'),
        ('trimap', 'trimaps', '-o', 'trimaps'),
        ('trimap', 'photo.png', '--scribbles', 'mask.png', '-o', 'mask.png'),
        ('matte', 'photo.png', 'trimap.png', '--bg', 'mask.png', '-o', 'mask.png'),
        ('matte', 'photos', 'trimaps', '--bg', 'mask/a.png', '-o', 'mask'),
        ('check', 'photo.png', 'trimap.png', '-o', 'photo.png'),
    ],
)
def test_a_result_that_would_be_its_own_source_is_refused(here, lsmatting, contents, arguments):
    for folder, file in (('photos', 'photo.png'), ('trimaps', 'trimap.png')):
        Path(folder).mkdir()
        shutil.copy(file, Path(folder, 'a.png'))
    Path('new').mkdir()
    Path('mask').mkdir()
    shutil.copy('photo.png', 'mask/a.png')
    Path('link.png').symlink_to('photo.png')
    before = contents()
    status, _, said = lsmatting(*arguments)
    assert status == 1 and 'would overwrite what it is made from' in said[-1]
    assert contents() == before


def test_an_earlier_result_is_replaced(here, lsmatting):
    for _ in range(2):
        assert lsmatting('matte', 'photo.png', 'trimap.png', '-o', 'o.png')[0] == 0


@pytest.mark.parametrize('folder', ['fg', 'alpha'])
def test_re_estimated_foregrounds_do_not_replace_their_sources(tmp_path, folder):
    for name in ('fg', 'alpha'):
        write_image(np.zeros((4, 4, 3), np.uint8), tmp_path / name / 'a.png')
    with pytest.raises(ValueError, match='results would overwrite'):
        reestimate_folder(
            *(tmp_path / name for name in ('fg', 'alpha', folder)),
            map_jobs=partial(unordered_map, num_workers=0),
            overwrite=True,
        )


@pytest.mark.parametrize(
    'image, trimap, folder',
    [('photo.png', 'trimap.png', '.'), ('photo.png', 'trimaps/photo.png', 'trimaps')],
)
def test_a_matte_does_not_replace_its_image_or_trimap(
    here, tiny_model_cfg, contents, image, trimap, folder
):
    Path('trimaps').mkdir()
    shutil.copy('trimap.png', 'trimaps/photo.png')
    torch.save(MODELS.build(tiny_model_cfg).state_dict(), 'tiny.pth')
    infer = MattingInferencer(Config(dict(model=tiny_model_cfg)), 'tiny.pth', device='cpu')
    before = contents()
    with pytest.raises(ValueError, match='would overwrite what it is made from'):
        infer(image, trimap, result_out_dir=folder)
    assert contents() == before


def test_the_scripts_do_not_replace_their_sources(here, contents):
    before = contents()
    demo, convert = ROOT / 'demo/matting_demo.py', ROOT / 'tools/model_converters/lsa_to_plugin.py'
    said = refused(demo, 'none.py', 'none.pth', 'photo.png', 'trimap.png', 'photo.png', cwd=here)
    assert 'would overwrite what it is made from' in said
    assert 'would overwrite what it is made from' in refused(
        convert, 'mask.png', './mask.png', cwd=here
    )
    assert contents() == before


def test_an_export_does_not_replace_its_checkpoint(here, lsmatting, tiny_model_cfg):
    Path('tiny.py').write_text(f'model = {tiny_model_cfg!r}')
    torch.save(MODELS.build(tiny_model_cfg).state_dict(), 'tiny.pt')
    before = Path('tiny.pt').read_bytes()
    status, _, said = lsmatting(
        'export', '-o', 'tiny.pt', '--config', 'tiny.py', '--checkpoint', 'tiny.pt'
    )
    assert status == 1 and 'would overwrite what it is made from' in said[-1]
    assert Path('tiny.pt').read_bytes() == before
