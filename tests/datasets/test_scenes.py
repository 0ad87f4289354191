import numpy as np
import pytest

from lsmatting_plugin.datasets import ScenesDataset
from lsmatting_plugin.datasets.scene_files import guide_error, write_scene
from lsmatting_plugin.datasets.transforms import LoadScene


def a_scene(side=8):
    rng = np.random.default_rng(side)
    merged, guide = rng.integers(0, 256, (2, side, side, 3), np.uint8)
    alpha, trimap = rng.integers(0, 256, (2, side, side), np.uint8)
    return dict(merged=merged, alpha=alpha, trimap=trimap, guide=guide)


def a_scene_guided_by(error, unknown=128):
    """Half of it unknown, alpha 100 there; the guide errs by so many levels, elsewhere by more."""
    trimap = np.repeat(np.uint8([0, unknown]), 8).reshape(4, 4)
    alpha = np.full_like(trimap, 100)
    guide = np.where(trimap == 128, 100 - error, 255).astype(np.uint8)[..., None]
    return dict(merged=np.zeros((4, 4, 3), np.uint8), alpha=alpha, trimap=trimap, guide=guide)


def test_scenes_come_back_as_they_were_kept(tmp_path):
    scenes = [a_scene(8), a_scene(9)]
    for i, scene in enumerate(scenes):
        write_scene(scene, tmp_path / f'{i:06d}.npy')
    dataset = ScenesDataset(data_root=str(tmp_path), pipeline=[dict(type='LoadScene')])
    assert len(dataset) == 2
    for scene, loaded in zip(scenes, dataset, strict=True):
        for key, image in scene.items():
            np.testing.assert_array_equal(loaded[key], image)


def test_a_guides_error_is_that_of_its_unknown_pixels(tmp_path):
    write_scene(a_scene_guided_by(51), tmp_path / 'a.npy')
    assert guide_error(tmp_path / 'a.npy') == pytest.approx(51 / 255)
    write_scene(a_scene_guided_by(51, unknown=255), tmp_path / 'a.npy')  # nothing to learn from
    assert guide_error(tmp_path / 'a.npy') == 1


def test_scenes_harder_than_photographs_are_left_out(tmp_path):
    for i, error in enumerate((10, 60, 20)):
        write_scene(a_scene_guided_by(error), tmp_path / f'{i}.npy')
    root = str(tmp_path)
    kept = ScenesDataset(data_root=root, filter_cfg=dict(max_error=0.1))
    assert [kept.get_data_info(i)['scene_path'][-5:] for i in range(len(kept))] == [
        '0.npy',
        '2.npy',
    ]
    with pytest.raises(ValueError, match=r'all 3 scenes .* max_error = 0\.01; the least is 0\.039'):
        ScenesDataset(data_root=root, filter_cfg=dict(max_error=0.01))


def test_a_folder_without_scenes_says_how_to_make_them(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'make_scenes\.py'):
        ScenesDataset(data_root=str(tmp_path))


def test_a_scene_cut_short_or_of_another_kind_is_named(tmp_path):
    whole = tmp_path / 'a.npy'
    write_scene(a_scene(), whole)
    (tmp_path / 'b.npy').write_bytes(whole.read_bytes()[:-9])
    with pytest.raises(ValueError, match=r'b\.npy is no training scene, or cut short'):
        LoadScene()(dict(scene_path=str(tmp_path / 'b.npy')))
    np.save(tmp_path / 'c.npy', np.zeros((4, 4, 7)))
    with pytest.raises(ValueError, match=r'c\.npy should hold uint8'):
        LoadScene()(dict(scene_path=str(tmp_path / 'c.npy')))
