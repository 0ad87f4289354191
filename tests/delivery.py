"""A miniature of Adobe Image Matting as it is delivered, with the quirks of the real one."""

import zlib
from pathlib import Path

import cv2
import numpy as np

SIGNATURE_AND_HEADER = 33  # bytes of a PNG


def write_delivery(root: Path) -> Path:
    """Training set of 3 foregrounds, test set of 2 with 3 backgrounds each, COCO and VOC."""
    rng = np.random.default_rng(0)
    train = root / 'adobe/Training_set'
    test = root / 'adobe/Test_set/Adobe-licensed images'
    write_foreground(train / 'Adobe-licensed images', 'girl-1.png', 'girl-1.png', rng)
    write_foreground(train / 'Adobe-licensed images', 'dog 2.jpg', 'dog 2.png', rng)
    write_foreground(train / 'Other', 'girl-1.png', 'girl-1.jpg', rng)
    names, backgrounds = [], []
    for number, (stem, shape) in enumerate({'elf ': (60, 50), 'net-7': (40, 70)}.items()):
        write_foreground(test, f'{stem.strip()}.png', f'{stem.strip()}.png', rng, shape)
        names.append(f'{stem}.png' if stem == 'net-7' else f'{stem.strip()}.png ')
        for i, size in enumerate([(30, 90), (100, 100), (33, 41)]):
            name = f'2008_{number}{i}.jpg'
            write(root / 'voc' / name, rng.integers(0, 256, (*size, 3), dtype=np.uint8))
            backgrounds.append(name)
            write(test / 'trimaps' / f'{stem.strip()}_{i}.png', np.full(shape, 128, np.uint8))
    for number in (9, 25, 30):
        name = f'{number:012}.jpg'
        write(root / 'coco' / name, rng.integers(0, 256, (20, 24, 3), dtype=np.uint8))
    lists = root / 'adobe/Test_set'
    (lists / 'test_fg_names.txt').write_bytes('\r\n'.join([*names, '']).encode())
    (lists / 'test_bg_names.txt').write_bytes('\r\n'.join(backgrounds).encode())
    listed = ['COCO_train2014_000000000009.jpg', 'COCO_train2014_000000000030.jpg']
    (train / 'training_bg_names.txt').write_text('\n'.join(listed))
    return root


def write_foreground(folder, fg_name, alpha_name, rng, shape=(30, 40)):
    alpha = cv2.GaussianBlur(rng.integers(0, 256, shape, dtype=np.uint8), (0, 0), 2)
    alpha[:4], alpha[-4:] = 0, 255
    write(folder / 'fg' / fg_name, rng.integers(0, 256, (*shape, 3), dtype=np.uint8))
    write(folder / 'alpha' / alpha_name, np.repeat(alpha[..., None], 3, axis=2))


def write(path, image):
    """As OpenCV does, but PNGs get a broken colour profile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = cv2.imencode(path.suffix, image)[1].tobytes()
    if path.suffix == '.png':
        content = b'iCCP' + b'ICC profile\0\0' + zlib.compress(b'broken')
        length, checksum = len(content) - 4, zlib.crc32(content)
        chunk = length.to_bytes(4, 'big') + content + checksum.to_bytes(4, 'big')
        data = data[:SIGNATURE_AND_HEADER] + chunk + data[SIGNATURE_AND_HEADER:]
    path.write_bytes(data)
