import pytest

from lsmatting_plugin.evaluation.results import Results, means_of, read_results


@pytest.fixture
def results():
    images = [
        {'name': 'Trimap1/a.png', 'SAD': 1.0, 'paths': {'matte': 'out/a.png'}},
        {'name': 'Trimap2/a.png', 'SAD': 3.0, 'paths': {}},
    ]
    mean = means_of('SAD', [(image['name'], image['SAD']) for image in images])
    return Results('tiny', images, mean, protocol='dim', test_set='two images')


def test_means_are_also_taken_folder_by_folder(results):
    assert results.mean == {'SAD': 2.0, 'SAD/Trimap1': 1.0, 'SAD/Trimap2': 3.0}
    assert means_of('SAD', []) == {}
    assert means_of('SAD', [('a.png', 1.0)]) == {'SAD': 1.0}


def test_json_is_read_back(results, tmp_path):
    results.write(tmp_path / 'new/results.json')
    assert read_results(tmp_path / 'new/results.json') == results
    assert [path.name for path in (tmp_path / 'new').iterdir()] == ['results.json']


def test_csv_has_numbers_and_a_mean_for_each_folder(results, tmp_path):
    results.write(tmp_path / 'results.csv')
    assert (tmp_path / 'results.csv').read_text() == (
        'name,SAD\nTrimap1/a.png,1.0\nTrimap2/a.png,3.0\n'
        'mean of Trimap1,1.0\nmean of Trimap2,3.0\nmean,2.0\n'
    )


def test_a_folder_without_means_has_no_line(tmp_path):
    images = [{'name': f'{folder}/0.png', 'dim/SAD': 1.0} for folder in ('SAD', 'b')]
    Results('tiny', images, {'dim/SAD': 1.0}).write(tmp_path / 'results.csv')
    assert (tmp_path / 'results.csv').read_text() == (
        'name,dim/SAD\nSAD/0.png,1.0\nb/0.png,1.0\nmean,1.0\n'
    )


def test_other_formats_are_refused(results, tmp_path):
    with pytest.raises(ValueError, match=r'\.json or \.csv, not to .*results\.xlsx'):
        results.write(tmp_path / 'results.xlsx')


@pytest.mark.parametrize('text', ['', '[]', '{"mean": {}}', '{"name": "a", "of": 1}'])
def test_a_file_of_another_kind_is_named(tmp_path, text):
    path = tmp_path / 'results.json'
    path.write_text(text)
    with pytest.raises(ValueError, match=r'results\.json holds no results'):
        read_results(path)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'tools/test\.py --out'):
        read_results(tmp_path / 'no.json')
