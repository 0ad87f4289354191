"""Draws the two diagrams of docs/architecture.md.

python docs/draw_diagrams.py        (or: make pictures)
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from lsmatting_plugin.whole_files import write_file

OUT = Path(__file__).resolve().parent / 'images'
INK, LINE, PAPER = '#24292f', '#6e7781', '#ffffff'
FILL = dict(data='#ddf4ff', model='#dafbe1', result='#fff8c5', config='#f6f8fa')
STYLE = (
    f'text {{ font-family: Helvetica, Arial, sans-serif; fill: {INK}; text-anchor: middle }}'
    '.name { font-size: 14px; font-weight: 600 } .note { font-size: 12px }'
    '.left { text-anchor: start }'
)
HEAD = (
    '<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    f'orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="{LINE}"/></marker>'
)


class Diagram:
    """Boxes, arrows and texts on a white ground, as SVG.

    Args:
        width (int): Pixels.
        height (int): Pixels.
        title (str): What it shows, for those who cannot see it.
    """

    def __init__(self, width: int, height: int, title: str) -> None:
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img">',
            f'<title>{title}</title><style>{STYLE}</style><defs>{HEAD}</defs>',
            f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        ]

    def box(
        self, x: float, y: float, width: float, height: float, name: str, *notes: str, kind: str
    ) -> None:
        """A box with a name and lines below it."""
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" '
            f'fill="{FILL[kind]}" stroke="{LINE}"/>'
        )
        first = y + height / 2 + 5 - 8 * len(notes)
        self.text(x + width / 2, first, name, 'name')
        for i, note in enumerate(notes, 1):
            self.text(x + width / 2, first + 16 * i, note)

    def text(self, x: float, y: float, text: str, style: str = 'note') -> None:
        """A line of text, in the middle of x; with the style 'note left' from there."""
        self.parts.append(f'<text x="{x}" y="{y}" class="{style}">{text}</text>')

    def arrow(self, *points: tuple[float, float], dashed: bool = False) -> None:
        """A line through points, with a head at the last."""
        path = ' '.join(f'{x},{y}' for x, y in points)
        dashes = ' stroke-dasharray="5 4"' if dashed else ''
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"{dashes} '
            'marker-end="url(#head)"/>'
        )

    def write(self, path: Path) -> None:
        """Writes the file."""
        write_file('\n'.join([*self.parts, '</svg>', '']).encode(), path)


def data_way() -> Diagram:
    """From files to loss, scores and cut-outs."""
    d = Diagram(960, 330, 'The way of the data')
    d.box(20, 20, 920, 36, 'config: names and arguments of everything below', kind='config')
    top, height, middle = 100, 96, 148
    d.box(20, top, 130, height, 'dataset', 'files of a sample', 'DrawSampler', kind='data')
    d.box(190, top, 150, height, 'transforms', 'load, crop, blur,', 'compose, pack', kind='data')
    d.box(380, top, 140, height, 'preprocessor', 'stack, normalise,', 'guide', kind='data')
    d.box(560, top, 150, height, 'mattor', 'encoder, skip,', 'decoder', kind='model')
    d.box(790, 84, 150, 58, 'loss', 'at five scales', kind='result')
    d.box(790, 154, 150, 58, 'matte', 'known pixels exact', kind='result')
    for x in (85, 265, 450, 635):
        d.arrow((x, 56), (x, top), dashed=True)
    for start, end in ((150, 190), (340, 380), (520, 560)):
        d.arrow((start, middle), (end, middle))
    d.arrow((710, 124), (750, 124), (750, 113), (790, 113))
    d.arrow((710, 172), (750, 172), (750, 183), (790, 183))
    d.text(170, 90, 'paths')
    d.text(360, 90, 'uint8')
    d.text(540, 90, '(N, 4, H, W)')
    d.text(750, 78, 'train')
    d.text(750, 206, 'predict')
    d.box(560, 250, 150, 58, 'refiner, tta, tiles', 'of a prediction', kind='model')
    d.arrow((635, 250), (635, top + height))
    d.box(790, 250, 70, 58, 'metrics', kind='result')
    d.box(870, 250, 70, 58, 'cut-out', kind='result')
    d.arrow((825, 212), (825, 250))
    d.arrow((905, 212), (905, 250))
    d.box(20, 250, 320, 58, 'photo and trimap', 'MattingInferencer, lsmatting', kind='data')
    d.arrow((340, 279), (450, 279), (450, top + height))
    return d


def network() -> Diagram:
    """Encoder and decoder, with channels and strides."""
    d = Diagram(960, 500, 'The network')
    stages = [  # name, features of the encoder, of the decoder, stride
        ('stem', 64, 64, 2),
        ('layer1', 256, 64, 4),
        ('layer2', 512, 128, 8),
        ('layer3', 1024, 256, 16),
        ('layer4', 2048, 512, 32),
    ]
    d.text(190, 24, 'encoder: ResNetV1d-50', 'name')
    d.text(620, 24, 'decoder: conv 3x3, BN, ReLU, gate', 'name')
    d.box(100, 44, 180, 50, 'image and trimap', 'RGB + 1, normalised', kind='data')
    d.box(510, 44, 220, 50, 'head: conv 68, 32, 32, 1', '3x3, ReLU between', kind='model')
    d.box(780, 44, 150, 50, 'raw alpha', 'not clamped', kind='result')
    d.arrow((280, 69), (510, 69))
    d.text(395, 60, 'image and trimap, 4 channels')
    d.arrow((730, 69), (780, 69))
    y, step, height = 130, 72, 50
    for i, (name, wide, slim, stride) in enumerate(stages):
        at = y + i * step
        d.box(100, at, 180, height, name, f'{wide} channels', kind='model')
        d.box(510, at, 220, height, f'stage {i + 1}', f'{slim} channels', kind='model')
        d.arrow((280, at + height / 2), (510, at + height / 2))
        d.text(395, at + height / 2 - 9, 'identity, or ASPP' if i > 1 else 'identity')
        d.text(60, at + height / 2 + 4, f'1/{stride}')
        d.arrow((190, at - step + height if i else 94), (190, at))
        d.arrow((620, at), (620, at - step + height if i else 94))
        d.text(632, at - 8, 'bilinear x2' if i == 0 else 'nearest x2', 'note left')
    d.text(60, 73, '1/1')
    d.text(480, 488, 'gate(f) = f ReLU6(fc(mean f) + 3) / 6,  38,067,809 parameters in all')
    return d


if __name__ == '__main__':
    for name, draw in (('data_way', data_way), ('network', network)):
        draw().write(OUT / f'{name}.svg')
        print(OUT / f'{name}.svg')
