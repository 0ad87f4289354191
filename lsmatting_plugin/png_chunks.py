"""What a PNG is made of, read without decoding it."""

from collections.abc import Iterator

PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
BIT_DEPTH = 24  # where a PNG has it


def is_cut_png(data: bytes) -> bool:
    """Whether a file is a PNG whose chunks do not lead to its end.

    Of such a one libpng complains on stderr, and OpenCV 5 may never come back from it.
    """
    if not data.startswith(PNG_SIGNATURE):
        return False
    *_, (kind, _, end) = [(b'', 0, 0), *_png_chunks(data)]
    return kind != b'IEND' or end > len(data)


def png_bit_depth(data: bytes) -> int | None:
    """Bits a channel by a PNG's header; None where it is no PNG."""
    is_png = data.startswith(PNG_SIGNATURE) and len(data) > BIT_DEPTH
    return data[BIT_DEPTH] if is_png else None


def pixel_chunks(data: bytes) -> bytes:
    """An image file without what its pixels do not depend on.

    Most PNGs of Adobe Image Matting have a broken colour profile (iCCP), of which libpng complains
    on stderr, and which stops Pillow where its checksum is wrong; others of these chunks do so too.
    The kinds of chunks that matter to the pixels begin with a capital, but for tRNS and eXIf, which
    tells where up is.

    Args:
        data (bytes): Other formats than PNG are left as they are.
    """
    if not data.startswith(PNG_SIGNATURE):
        return data
    kept = [
        data[start:end]
        for kind, start, end in _png_chunks(data)
        if kind[:1].isupper() or kind in (b'tRNS', b'eXIf')
    ]
    return b''.join([PNG_SIGNATURE, *kept])


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of a PNG's chunks until IEND; the last may lie beyond the data.

    A chunk is: length (4 bytes), kind (4), content, checksum (4).
    """
    start, kind = len(PNG_SIGNATURE), b''
    while start < len(data) and kind != b'IEND':
        end = start + 12 + int.from_bytes(data[start : start + 4], 'big')
        kind = data[start + 4 : start + 8]
        yield kind, start, end
        start = end
