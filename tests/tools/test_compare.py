"""Methods compared: numbers, choices and pictures, on small sets whose errors are known."""

import csv
import json
import re

import cv2
import numpy as np
import pytest
from command_line import call

from lsmatting_plugin.evaluation import sad
from lsmatting_plugin.evaluation.results import Results, means_of

TOOL = ('tools/analysis/compare.py',)
NAMES = ('a.png', 'b.png', 'c.png')


@pytest.fixture
def files(tmp_path):
    """Images, trimaps and true alphas of three images, 60 x 90."""
    rng = np.random.default_rng(0)
    for name in NAMES:
        trimap = np.full((60, 90), 128, np.uint8)
        trimap[:10], trimap[-10:] = 0, 255
        alpha = np.where(trimap == 128, rng.integers(60, 200, trimap.shape), trimap)
        pictures = dict(image=rng.integers(0, 255, (60, 90, 3)), trimap=trimap, alpha=alpha)
        for key, picture in pictures.items():
            (tmp_path / key).mkdir(exist_ok=True)
            cv2.imwrite(str(tmp_path / key / name), picture.astype(np.uint8))
    return tmp_path


def write(files, label, errors, folder='', protocol='dim', **more):
    """Results of a method that is too opaque in 20 x 20 pixels, image by image."""
    images = []
    for name, error in errors.items():
        paths = {key: str(files / key / name) for key in ('image', 'trimap', 'alpha')}
        alpha, trimap = (
            cv2.imread(paths[key], cv2.IMREAD_GRAYSCALE) for key in ('alpha', 'trimap')
        )
        matte = alpha.copy()
        matte[20:40, 65:85] += error
        paths['matte'] = str(files / label / name)
        (files / label).mkdir(exist_ok=True)
        cv2.imwrite(paths['matte'], matte)
        scores = dict(SAD=sad(matte, alpha, trimap), MattingMSE=error / 1000, seconds=0.5)
        images.append(dict(name=folder + name, **scores, paths=paths))
    mean = {}
    for key in ('SAD', 'MattingMSE', 'seconds'):
        mean |= means_of(key, [(image['name'], image[key]) for image in images])
    results = Results(label, images, mean, protocol, more.get('test_set', 'three images'))
    path = files / f'{label}.json'
    results.write(path)
    return path


def compare(*arguments):
    done = call(*TOOL, *arguments)
    assert 'Traceback' not in done.stderr, done.stderr
    return done


def rows_of(out):
    with open(out / 'table.csv') as file:
        return {row['name']: row for row in csv.DictReader(file)}


def test_table_charts_crops_and_page(files):
    good = write(files, 'good', {'a.png': 1, 'b.png': 2, 'c.png': 3})
    bad = write(files, 'bad', {'a.png': 4, 'b.png': 50, 'c.png': 20})
    out = files / 'out'

    done = compare(good, f'poor one={bad}', '--out', out, '--images', 2, '--crop', 24)

    assert done.returncode == 0, done.stderr
    assert 'Note' not in done.stderr and 'warn' not in done.stderr.lower()
    assert 'Mean errors of 3 images' in done.stdout and 'poor one' in done.stdout

    rows = rows_of(out)
    expected = np.mean([20 * 20 * error / 255 / 1000 for error in (4, 50, 20)])
    assert float(rows['poor one']['SAD']) == pytest.approx(expected)
    assert list(rows['good']) == ['name', 'SAD', 'MattingMSE', 'seconds']
    assert re.search(r'\| good \| \*\*[\d.]+\*\* \| \*\*', (out / 'table.md').read_text())
    assert cv2.imread(str(out / 'charts.png')).shape[1] > 800
    assert cv2.imread(str(out / 'crops_001.png')).shape[1] == 4 * 240 + 20

    page = (out / 'compare.html').read_text()
    # the two in which the methods differ most, the most different first
    assert re.findall('<h3>(.*?)</h3>', page) == ['b', 'c']
    assert 'in which the methods differ most' in page
    assert page.count('<figure>') == 2 * 4
    # the window holds all the errors, which end at 85 and 40
    (left, top), *_ = [map(int, found) for found in re.findall(r'px at \((\d+), (\d+)\)', page)]
    assert 61 <= left <= 65 and 16 <= top <= 20
    assert set(re.findall(r'src(?:set)?="([^:]*):', page)) == {'data'}
    text = re.sub(r'base64,[^"]*', '', page)
    assert 'http' not in text and 'url(' not in text and 'prefers-color-scheme' in text


def test_names_are_escaped(files):
    results = write(files, 'good', {'a.png': 1})
    out = files / 'out'
    done = compare(f'<b>A&B|$x$</b>={results}', '--out', out)
    assert done.returncode == 0, done.stderr
    page = (out / 'compare.html').read_text()
    assert '<b>' not in page and '&lt;b&gt;A&amp;B|$x$&lt;/b&gt;' in page
    assert 'with the largest SAD' in page


def test_different_protocols_are_refused(files):
    paths = [write(files, name, {'a.png': 1}, protocol=name) for name in ('dim', 'lsa')]
    done = compare(*paths, '--out', files / 'out')
    assert done.returncode == 1 and not (files / 'out').exists()
    assert 'different protocols cannot be compared (dim: dim, lsa: lsa)' in done.stderr


def test_only_common_images_are_compared_and_it_is_said(files):
    one = write(files, 'one', {'a.png': 1, 'b.png': 2})
    # as a test on .jpg images and a folder of .png mattes name them
    data = json.loads(write(files, 'two', {'b.png': 4, 'c.png': 9}).read_text())
    data['images'][0]['name'] = 'b.jpg'
    data['protocol'] = None
    (files / 'two.json').write_text(json.dumps(data))
    done = compare(one, files / 'two.json', '--out', files / 'out')
    assert 'over the 1 images that all methods have in common, of 3' in done.stderr
    assert 'By which protocol two was scored is not known' in done.stderr
    assert float(rows_of(files / 'out')['two']['SAD']) == pytest.approx(0.4 * 4 / 255)
    page = (files / 'out/compare.html').read_text()
    assert page.count('class="note"') == 2


def test_other_trimaps_are_noticed(files):
    one, two = (write(files, name, dict.fromkeys(NAMES, 1)) for name in ('one', 'two'))
    data = json.loads(two.read_text())
    other = files / 'other.png'
    cv2.imwrite(str(other), np.full((60, 90), 128, np.uint8))
    data['images'][1]['paths']['trimap'] = str(other)
    two.write_text(json.dumps(data))
    done = compare(one, two, '--out', files / 'out', '--images', 0)
    assert 'one and two were scored with different files (trimap) for 1 of 3' in done.stderr
    assert not list((files / 'out').glob('crops*'))


def test_means_of_folders_are_tables_of_their_own(files):
    results = []
    for label, factor in (('one', 1), ('two', 3)):
        parts = [
            json.loads(write(files, label, {name: factor * i}, folder).read_text())['images'][0]
            for i, (name, folder) in enumerate(
                [('a.png', 'Trimap1/'), ('b.png', 'Trimap1/'), ('c.png', 'Trimap2/')], 1
            )
        ]
        results.append(files / f'{label}.json')
        mean = means_of('SAD', [(part['name'], part['SAD']) for part in parts])
        Results(label, parts, mean, 'dim').write(results[-1])
    done = compare(*results, '--out', files / 'out')
    assert 'Trimap1: 2 images' in done.stdout and 'Trimap2: 1 images' in done.stdout
    row = rows_of(files / 'out')['two']
    unit = 0.4 / 255
    found = [float(row[key]) for key in ('SAD', 'SAD/Trimap1', 'SAD/Trimap2')]
    assert found == pytest.approx([6 * unit, 4.5 * unit, 9 * unit])
    assert '## Trimap2' in (files / 'out/table.md').read_text()


def write_named(files, names):
    """Results of two images that are called so."""
    path = write(files, 'one', {'a.png': 1, 'b.png': 2})
    data = json.loads(path.read_text())
    for image, name in zip(data['images'], names, strict=True):
        image['name'] = name
    path.write_text(json.dumps(data))
    return path


def test_folders_without_means_are_part_of_the_names_alone(files):
    done = compare(write_named(files, ('x/0.png', 'y/0.png')), '--out', files / 'out')
    assert done.returncode == 0, done.stderr
    assert 'of 2 images' in done.stdout and 'x: 1 images' not in done.stdout
    assert list(rows_of(files / 'out')['one']) == ['name', 'SAD', 'MattingMSE', 'seconds']


def test_images_of_one_name_are_refused_with_what_to_do(files):
    done = compare(write_named(files, ('0.png', '0.jpg')), '--out', files / 'out')
    assert done.returncode == 1
    assert 'one.json has 2 images called 0' in done.stderr and 'test anew' in done.stderr


def test_mattes_that_are_gone_cost_their_crops_only(files):
    one, two = (write(files, name, dict.fromkeys(NAMES, 5)) for name in ('one', 'two'))
    for path in (files / 'two').iterdir():
        path.unlink()
    done = compare(one, two, '--out', files / 'out')
    assert done.returncode == 0 and 'No crops of two' in done.stderr
    page = (files / 'out/compare.html').read_text()
    assert 'matte of one' in page and 'matte of two' not in page
    assert set(rows_of(files / 'out')) == {'one', 'two'}


def test_results_without_paths_or_times_make_a_table(files):
    data = json.loads(write(files, 'one', {'a.png': 1}).read_text())
    for key in ('paths', 'seconds'):
        del data['images'][0][key]
    (files / 'bare.json').write_text(json.dumps(data))
    other = write(files, 'two', {'a.png': 2})
    done = compare(f'bare={files / "bare.json"}', other, '--out', files / 'out')
    assert done.returncode == 0, done.stderr
    assert rows_of(files / 'out')['bare']['seconds'] == ''
    assert '–' in (files / 'out/table.md').read_text()


def test_a_matte_of_another_size_is_named(files):
    results = write(files, 'one', {'a.png': 1})
    cv2.imwrite(str(files / 'one/a.png'), np.zeros((10, 10), np.uint8))
    done = compare(results, '--out', files / 'out')
    assert done.returncode == 1
    assert 'matte of one' in done.stderr.splitlines()[-1] and 'height 10' in done.stderr


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('none.json',), 'No file none.json'),
        (('README.md',), 'README.md holds no results'),
        (('{tmp}/one.json', '{tmp}/one.json'), 'Two results are called one'),
        (('{tmp}/one.json', '{tmp}/two.json'), 'No image was scored for all methods'),
    ],
)
def test_what_cannot_be_compared_is_one_line(files, arguments, message):
    write(files, 'one', {'a.png': 1})
    write(files, 'two', {'b.png': 1})
    done = compare(*(a.format(tmp=files) for a in arguments), '--out', files / 'out')
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert message in done.stderr
