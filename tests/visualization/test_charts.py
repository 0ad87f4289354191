import warnings

import cv2
import numpy as np

from lsmatting_plugin.visualization import bar_charts, line_charts


def decoded(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def share_of(picture, rgb, tolerance=12):
    return (np.abs(picture.astype(int) - rgb[::-1]) <= tolerance).all(axis=2).mean()


BEST, OTHERS = (194, 65, 12), (125, 155, 184)


def test_bars_are_as_long_as_their_values_and_the_best_stands_out():
    picture = decoded(bar_charts({'SAD': {'a': 10.0, 'b': 20.0, 'c': 5.0}}))
    best, others = share_of(picture, BEST), share_of(picture, OTHERS)
    assert others / best > 0.95 * (10 + 20) / 5
    assert others / best < 1.05 * (10 + 20) / 5


def test_more_metrics_make_it_wider_and_dark_is_dark():
    one = decoded(bar_charts({'SAD': {'a': 1.0, 'b': 2.0}}))
    two = decoded(bar_charts({key: {'a': 1.0, 'b': 2.0} for key in ('SAD', 'MSE')}))
    dark = decoded(bar_charts({'SAD': {'a': 1.0, 'b': 2.0}}, is_dark=True))
    assert two.shape[1] > one.shape[1]
    assert one.mean() > 200 and dark.mean() < 80


def test_odd_names_and_missing_values_warn_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        bar_charts({'SAD': {'$a_{1': 0.0, '抠图 <b>': None}, 'Conn': {'$a_{1': 0, '抠图 <b>': 1}})
        line_charts({'loss': {'$x$': ([1, 2], [3.0, 4.0])}}, {'loss': 'iter'})


def test_lines_of_two_runs_have_their_colours_and_a_legend():
    runs = {'one': ([0, 1, 2], [3, 2, 1]), 'two': ([0, 1, 2], [1, 2, 3])}
    x_labels = {'loss': 'iter', 'SAD': 'epoch'}
    alone = decoded(line_charts({'loss': {'one': runs['one']}, 'SAD': {}}, x_labels))
    both = decoded(line_charts({'loss': runs, 'SAD': runs}, x_labels))
    for colour in ((0, 114, 178), (213, 94, 0)):
        assert share_of(both, colour) > 0
        assert share_of(both[-40:], colour) > 0
    assert share_of(alone, (213, 94, 0)) == 0
    assert share_of(alone[-40:], (0, 114, 178)) == 0


def test_drawing_leaves_matplotlib_as_it_was():
    import matplotlib

    before = dict(matplotlib.rcParams)
    bar_charts({'SAD': {'a': 1.0}}, is_dark=True)
    assert dict(matplotlib.rcParams) == before


def test_each_method_takes_a_line_of_text_and_little_more():
    few, many = (
        decoded(bar_charts({'SAD': {str(i): 1.0 for i in range(count)}})) for count in (2, 12)
    )
    a_line = (many.shape[0] - few.shape[0]) / 10
    assert 0.03 < a_line / few.shape[1] < 0.25  # of a chart that is 2.5 inches wide
