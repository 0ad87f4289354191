"""What is fuzzed: each target takes bytes, and says by an error whether they broke anything.

Right is a result of the right kind, or an OSError or ValueError of one line that names the file.
"""

import argparse
import contextlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from fuzz_mutations import image_seeds, mutated
from hypothesis import strategies as st
from PIL import Image

from lsmatting_plugin.cli import main
from lsmatting_plugin.config_io import add_config_options, read_config
from lsmatting_plugin.datasets import AnnotatedMattingDataset
from lsmatting_plugin.datasets.preparation import manifest, origin_of
from lsmatting_plugin.datasets.preparation.manifest_check import compare_composites, compare_counts
from lsmatting_plugin.datasets.preparation.names import read_names
from lsmatting_plugin.datasets.preparation.reading import read_alpha, read_colour
from lsmatting_plugin.datasets.transforms import LoadImage
from lsmatting_plugin.evaluation.results import read_results
from lsmatting_plugin.image_decoding import max_pixels
from lsmatting_plugin.photo import read_grey, read_matte, read_photo

FUZZED_LIMIT = 2**19  # of Image.MAX_IMAGE_PIXELS, so that large images take no time


@dataclass(frozen=True)
class Target:
    """Something that reads what others wrote.

    Attributes:
        check (callable): Takes bytes; raises where they broke something.
        inputs (callable): Gives the strategy of such bytes.
        right (bytes): Some that are as they should be, after which all is imported and compiled.
    """

    check: Callable[[bytes], None]
    inputs: Callable[[], st.SearchStrategy[bytes]]
    right: bytes = b''


def check_decoders(data: bytes) -> None:
    """Reads an image in every way that the project does."""
    with _file('fuzz.png', data) as path, _low_limit():
        readers = dict(
            photo=lambda: read_photo(path).pixels,
            grey=lambda: read_grey(path),
            matte=lambda: read_matte(path),
            colour=lambda: read_colour(path),
            alpha=lambda: read_alpha(path),
            loaded=lambda: LoadImage('merged')(dict(merged_path=str(path)))['merged'],
            loaded_grey=lambda: LoadImage('trimap', 'grayscale')(dict(trimap_path=path))['trimap'],
        )
        images = {name: _result(read, path) for name, read in readers.items()}
    images = {name: image for name, image in images.items() if image is not None}
    for name, image in images.items():
        assert image.dtype == np.uint8 or (name == 'photo' and image.dtype == np.uint16), name
        is_colour = name in ('photo', 'colour', 'loaded')
        assert image.shape[2:] == ((3,) if is_colour else ()), (name, image.shape)
        assert 0 < image.shape[0] * image.shape[1] <= 2 * FUZZED_LIMIT, (name, image.shape)
    for upright in ({'photo', 'grey', 'matte'}, {'loaded', 'loaded_grey'}):
        sizes = {images[name].shape[:2] for name in upright & images.keys()}
        assert len(sizes) < 2, (sizes, images.keys())


def check_annotations(data: bytes) -> None:
    """Reads lists, manifests and results."""
    with _file('manifest.json', data) as path:
        readers = (
            lambda: AnnotatedMattingDataset(str(path), lazy_init=True).load_data_list(),
            lambda: read_names(path),
            lambda: read_results(path).write(path.with_name('again.json')),
            lambda: read_results(path).write(path.with_name('again.csv')),
            lambda: manifest.read(path),
            lambda: manifest.begin(path.parent, dict(mode='adobe')),
        )
        for read in readers:
            _result(read, path.parent)
        path.write_bytes(data)  # which `begin` has removed
        list(compare_composites(path.parent, {}))
        list(compare_counts(path.parent, {}))
        assert isinstance(origin_of(path.parent / 'merged', 3), str)


def check_options(data: bytes) -> None:
    """Runs a command whose arguments are the lines: a small ``lsmatting``, or config options."""
    words = os.fsdecode(data).splitlines()
    if any('/' in w or '..' in w or '\0' in w or w.startswith('--wo') for w in words):
        return  # nothing beyond the folder, and no worker processes
    command = words[0] if words else ''
    with _file('photo.png', _pictures()[0]) as path, _inside(path.parent) as printed:
        Path('trimap.png').write_bytes(_pictures()[1])
        if command in ('matte', 'trimap', 'check'):
            with contextlib.suppress(SystemExit):  # of argparse
                assert main(words) in (0, 1, 2)
            assert 'Traceback' not in printed.getvalue()
            return
        Path('config.json').write_text('{"model": {"type": "A", "sizes": [1, 2]}, "n": 1}')
        parser = argparse.ArgumentParser()
        add_config_options(parser)
        with contextlib.suppress(SystemExit):
            options = parser.parse_args(['--cfg-options', *words]).cfg_options
            _result(lambda: read_config('config.json', options), Path('config.json'))


def _result(read: Callable, path: Path) -> object:
    """What comes of it; None where it is refused as it should be."""
    try:
        return read()
    except (OSError, ValueError) as error:
        text = str(error)
        assert str(path) in text, f'{text!r} does not name the file'
        assert '\n' not in text, f'{text!r} has several lines'
        return None


@contextlib.contextmanager
def _file(name: str, data: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(data)
        yield Path(folder, name)


@contextlib.contextmanager
def _low_limit() -> Iterator[None]:
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, FUZZED_LIMIT
    try:
        assert max_pixels() == 2 * FUZZED_LIMIT
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[io.StringIO]:
    """In a folder, its output caught."""
    printed = io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        yield printed


@cache
def _pictures() -> tuple[bytes, bytes]:
    """A photo and its trimap, as PNG."""
    trimap = np.full((6, 9), 128, np.uint8)
    trimap[:, :3], trimap[:, 6:] = 0, 255
    files = []
    for pixels in (np.dstack([trimap] * 3) // 2, trimap):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, 'PNG')
        files.append(file.getvalue())
    return tuple(files)


def _annotations() -> st.SearchStrategy[bytes]:
    """Right ones with changes, and JSON of any other kind under the names that are looked for."""
    image = dict(name='a/b.png', SAD=1.5, seconds=2, paths=dict(alpha='a.png'))
    right = [
        [dict(alpha_path='alpha/0.png', fg='fg/0.png')],
        dict(data_list=[dict(merged='m.png', trimap_path='t.png')], metainfo={}),
        dict(name='ours', images=[image], mean=dict(SAD=1.5), protocol='dim'),
        dict(mode='adobe', composites=dict(a_0='00ff'), checksum='ab', num_composites=1),
        dict(generator_version=1, arguments=dict(seed=1, num_fg=2, num_test_fg=1)),
    ]
    names = sorted({key for one in right for key in (one if isinstance(one, dict) else one[0])})
    keys = st.sampled_from([*names, 'name', 'SAD', 'seed', 'bgs_per_test_fg']) | st.text(max_size=4)
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    values = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
    )
    known = st.sampled_from([one for one in right if isinstance(one, dict)])
    changed = st.tuples(known, st.dictionaries(keys, values, max_size=3)).map(lambda p: p[0] | p[1])
    listed = st.lists(st.dictionaries(keys, values, max_size=3), max_size=3)
    seeds = [json.dumps(one).encode() for one in right]
    return mutated(seeds) | (changed | listed | values).map(lambda v: json.dumps(v).encode())


def _options() -> st.SearchStrategy[bytes]:
    """Command lines of words that mean something, and some that do not."""
    numbers = st.sampled_from(['0', '-1', '1', '1e9', 'nan', 'inf', '2%', '1e300%', '9' * 400])
    odd = st.text(st.characters(codec='utf-8', exclude_characters='/\n\r\0'), max_size=8)
    names = st.sampled_from(['photo.png', 'trimap.png', '.', 'new', 'o.png', 'o.jpg', 'o.tif', '*'])
    of_matte = ['--alpha-only', '--16bit', '--bg', '--method', '--tile', '--tta', '--refine-steps']
    of_network = ['--config', '--onnx', '--backend', '--device']
    of_trimap = ['--width', '--box', '--scribbles']
    of_all = ['-o', '--strict', '--recursive', '--skip-existing']
    flags = st.sampled_from([*of_matte, *of_network, *of_trimap, *of_all])
    boxes = st.lists(numbers | st.integers(-9, 9).map(str), min_size=3, max_size=5).map(','.join)
    others = st.sampled_from(['white', '#fff', '#12', 'rgb(1,2,3)', 'knn', 'onnx', 'flips', 'cpu'])
    words = names | flags | numbers | boxes | others | odd
    commands = st.sampled_from(
        [
            ['matte', 'photo.png', 'trimap.png', '-o', 'o.png'],
            ['trimap', 'photo.png', '-o', 'o.png'],
            ['check', 'photo.png', 'trimap.png'],
        ]
    )
    lines = st.tuples(commands, st.lists(words, max_size=4)).map(lambda p: p[0] + p[1])
    keys = st.sampled_from(['model', 'model.type', 'model.sizes', 'model.sizes.0', 'n', 'n.a', 'x'])
    texts = st.text('[](){},=.\'"$_ab01-', max_size=8)
    changes = st.lists(st.tuples(keys | texts, texts).map('='.join) | texts, min_size=1, max_size=3)
    return (lines | changes).map(lambda words: os.fsencode('\n'.join(words)))


TARGETS = {
    'decoders': Target(check_decoders, lambda: mutated(image_seeds()), image_seeds()[0]),
    'annotations': Target(check_annotations, _annotations, b'[{"fg": "a.png"}]'),
    'options': Target(check_options, _options, b'matte\nphoto.png\ntrimap.png\n-o\no.png'),
}
