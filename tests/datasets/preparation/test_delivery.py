import shutil
from pathlib import Path

import pytest
from delivery import write_delivery

from lsmatting_plugin.datasets.preparation import listed_foregrounds, training_foregrounds


@pytest.fixture
def root(tmp_path):
    return write_delivery(tmp_path)


def test_training_foregrounds_of_both_parts_have_names_of_their_own(root):
    found = training_foregrounds(root / 'adobe')
    assert list(found) == ['dog 2', 'girl-1', 'girl-1_other']
    assert [[Path(path).suffix for path in pair] for pair in found.values()] == [
        ['.jpg', '.png'],
        ['.png', '.png'],
        ['.png', '.jpg'],
    ]
    assert 'Other' in found['girl-1_other'][0]


def test_test_foregrounds_keep_the_order_of_the_lists(root):
    elf, net = listed_foregrounds(root / 'adobe')
    assert (elf.stem, net.stem) == ('elf', 'net-7')
    assert elf.backgrounds == ['2008_00.jpg', '2008_01.jpg', '2008_02.jpg']
    assert net.backgrounds[0] == '2008_10.jpg'
    assert [Path(path).name for path in elf.trimaps] == ['elf_0.png', 'elf_1.png', 'elf_2.png']


def test_folders_may_be_nested_and_written_otherwise(root):
    adobe = root / 'adobe'
    (root / 'outer').mkdir()
    shutil.move(adobe / 'Test_set', root / 'outer/test_set ')
    shutil.move(adobe / 'Training_set', root / 'outer/TRAINING_SET')
    assert len(training_foregrounds(root)) == 3
    assert len(listed_foregrounds(root)) == 2


def remove(root, pattern):
    for path in root.rglob(pattern):
        path.unlink() if path.is_file() else shutil.rmtree(path)


@pytest.mark.parametrize(
    ('pattern', 'message'),
    [
        ('Test_set', 'has no folder Test_set.*as Adobe delivers it'),
        ('alpha', 'no folder with fg and alpha'),
        ('test_bg_names.txt', 'has no test_bg_names.txt'),
        ('net-7.png', r"no file of 'net-7.png', which is listed"),
    ],
)
def test_what_is_missing_is_named(root, pattern, message):
    remove(root, pattern)
    with pytest.raises(FileNotFoundError, match=message):
        listed_foregrounds(root / 'adobe')


def test_an_alpha_that_is_missing_is_named(root):
    next(root.rglob('alpha/dog 2.png')).unlink()
    with pytest.raises(FileNotFoundError, match=r'dog 2\.jpg has no alpha'):
        training_foregrounds(root / 'adobe')


def test_lists_that_do_not_fit_are_refused(root):
    path = root / 'adobe/Test_set/test_bg_names.txt'
    path.write_text(path.read_text() + '\n2008_99.jpg')
    with pytest.raises(ValueError, match='7 names of backgrounds do not divide among 2'):
        listed_foregrounds(root / 'adobe')


def test_names_differ_in_case_spaces_and_extension_only(root):
    adobe = root / 'adobe'
    names = 'Girl-1.JPG\r\n\r\n  dog  2 .png \r\n'
    (adobe / 'Training_set/training_fg_names.txt').write_bytes(b'\xef\xbb\xbf' + names.encode())
    assert list(training_foregrounds(adobe)) == ['dog 2', 'girl-1', 'girl-1_other']


def test_a_listed_training_foreground_that_is_missing_is_named(root):
    (root / 'adobe/Training_set/training_fg_names.txt').write_text('girl-1.png\ncat.png')
    with pytest.raises(FileNotFoundError, match=r'lacks 1 of the foregrounds.*: cat\.png'):
        training_foregrounds(root / 'adobe')


def test_files_that_cannot_be_told_apart_are_named(root):
    path = next(root.rglob('fg/net-7.png'))
    shutil.copy(path, path.with_name('Net-7 .png'))
    with pytest.raises(ValueError, match=r'Net-7 \.png and .*net-7\.png have the same name'):
        listed_foregrounds(root / 'adobe')


def test_what_a_mac_adds_to_archives_is_passed_over(root):
    for folder in ('fg', 'alpha', 'trimaps'):
        path = root / 'adobe/Test_set/__MACOSX/Adobe-licensed images' / folder / '._elf.png'
        path.parent.mkdir(parents=True)
        path.touch()
    assert len(listed_foregrounds(root / 'adobe')) == 2


def test_training_foregrounds_that_would_take_each_other_s_place_are_named(root):
    other = root / 'adobe/Training_set/Other'
    shutil.copytree(other, other.with_name('Other again'))
    with pytest.raises(ValueError, match=r'girl-1\.png have the same name'):
        training_foregrounds(root / 'adobe')


def test_a_foreground_that_is_listed_twice_is_named(root):
    path = root / 'adobe/Test_set/test_fg_names.txt'
    path.write_text('elf.png\nnet-7.png\nELF.png')
    with pytest.raises(ValueError, match=r"lists 'elf\.png' more than once"):
        listed_foregrounds(root / 'adobe')


def test_an_empty_list_is_named(root):
    (root / 'adobe/Test_set/test_fg_names.txt').write_text('\r\n \r\n')
    with pytest.raises(ValueError, match=r'test_fg_names\.txt lists no names'):
        listed_foregrounds(root / 'adobe')


def test_trimaps_may_lie_apart(root):
    folder = next(root.rglob('trimaps'))
    folder.rename(root / 'adobe/Test_set/Trimaps')
    assert all(None not in foreground.trimaps for foreground in listed_foregrounds(root / 'adobe'))
