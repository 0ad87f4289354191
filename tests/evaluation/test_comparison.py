import pytest

from lsmatting_plugin.evaluation.comparison import choose, common_ground, mean_errors, read_method
from lsmatting_plugin.evaluation.results import Results, means_of


@pytest.fixture
def method(tmp_path):
    """A method by its SAD of each image; means by folder where they are asked for."""

    def make(label, has_folders=False, **errors):
        pairs = [(name.replace('_', '/') + '.png', error) for name, error in errors.items()]
        images = [dict(name=name, SAD=error) for name, error in pairs]
        mean = means_of('SAD', pairs) if has_folders else {}
        path = tmp_path / f'{label}.json'
        Results(label, images, mean, 'dim').write(path)
        return read_method(path)

    return make


def test_what_all_methods_have_is_compared(method):
    methods = [method('one', a=1.0, b=2.0), method('two', b=4.0, c=8.0)]
    names, metrics, notes = common_ground(methods)
    assert (names, metrics) == (['b'], ['SAD'])
    assert notes == [
        'Means are over the 1 images that all methods have in common, of 3 (scored: one 2, two 2)'
    ]


def test_folders_count_where_a_method_has_means_of_them(method):
    plain, by_folder = method('one', x_a=1.0, y_a=3.0), method('two', True, x_a=5.0, y_a=6.0)
    names = ['x/a', 'y/a']
    (everything,) = mean_errors([plain], names, ['SAD'])
    assert everything.rows == dict(one=[2.0])
    _, x, y = mean_errors([plain, by_folder], names, ['SAD'])
    assert (x.title, x.columns, x.rows) == ('x: 1 images', ['SAD'], dict(one=[1.0], two=[5.0]))
    assert y.rows == dict(one=[3.0], two=[6.0])


def test_without_mattes_there_are_no_crops_and_that_is_said(method):
    drawn, shown, notes = choose([method('one', a=1.0)], ['a'], 'SAD', 3)
    assert (drawn, shown) == ([], [])
    assert notes == ['No crops of one: no mattes are where the results say; see --show-dir']
