"""Hostile TIFF files: wrong offsets and counts, cycles, tiles, and small data that decompresses to much."""

import struct
import zlib
from collections.abc import Iterator

from benchmarks.limits.hostile.pictures.drawing import draw_one, encode

_WIDTH, _HEIGHT = 40, 60
_SHORT, _LONG = 3, 4


def _tiff(data: bytes, *tags: tuple[int, int, int, int], following: int = 0, **changes: int) -> bytes:
    """Return a little-endian TIFF with its data after the header, then one directory."""
    values = {
        "width": _WIDTH,
        "height": _HEIGHT,
        "bits": 8,
        "compression": 1,
        "samples": 1,
        "offset": 8,
        **changes,
    }
    entries = {
        256: (_LONG, 1, values["width"]),
        257: (_LONG, 1, values["height"]),
        258: (_SHORT, 1, values["bits"]),
        259: (_SHORT, 1, values["compression"]),
        262: (_SHORT, 1, 1),
        273: (_LONG, 1, values["offset"]),
        277: (_SHORT, 1, values["samples"]),
        278: (_LONG, 1, values["height"]),
        279: (_LONG, 1, values.get("count", len(data))),
    }
    entries.update({tag: (kind, count, value) for tag, kind, count, value in tags})
    packed = b"".join(struct.pack("<HHII", tag, *entries[tag]) for tag in sorted(entries))
    place = 8 + len(data)
    directory = struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)
    return b"II*\0" + struct.pack("<I", place) + data + directory


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file."""
    data = bytes(_WIDTH * _HEIGHT)
    yield "read-plain.tiff", _tiff(data)
    yield "refused-offset-outside.tiff", _tiff(data, offset=2**31)
    yield "refused-count-of-four-billion.tiff", _tiff(data, count=2**32 - 1, offset=2**32 - 1)
    yield "refused-no-bits.tiff", _tiff(data, bits=0)
    yield "refused-64-bits.tiff", _tiff(data, bits=64)
    yield "refused-65535-samples.tiff", _tiff(data, samples=65535)
    yield "refused-unknown-compression.tiff", _tiff(data, compression=60000)
    yield "refused-huge-height.tiff", _tiff(data, height=2**31 - 1)
    yield "refused-no-width.tiff", _tiff(data, width=0)
    yield "refused-deflate-of-text.tiff", _tiff(b"no zlib data", compression=8)
    yield "refused-lzw-of-text.tiff", _tiff(b"no lzw data", compression=5)
    yield "refused-fax-of-noise.tiff", _tiff(bytes(range(256)) * 9, compression=99)
    yield "refused-jpeg-of-text.tiff", _tiff(b"no jpeg", compression=7)
    yield "read-deflate-bomb.tiff", _tiff(zlib.compress(bytes(2**28), 9), compression=8)
    yield (
        "refused-deflate-too-short.tiff",
        _tiff(zlib.compress(bytes(10)), compression=8, width=12_000, height=12_000),
    )
    yield (
        "read-tiles-of-nothing.tiff",
        _tiff(data, (322, _LONG, 1, 0), (323, _LONG, 1, 0), (324, _LONG, 1, 8)),
    )
    yield (
        "read-tiles-too-large.tiff",
        _tiff(
            data,
            (322, _LONG, 1, 2**31 - 16),
            (323, _LONG, 1, 2**31 - 16),
            (324, _LONG, 1, 8),
            (325, _LONG, 1, 2400),
        ),
    )
    yield "read-next-page-is-this-one.tiff", _tiff(data, following=8 + len(data))
    yield "read-subdirectory-is-this-one.tiff", _tiff(data, (330, _LONG, 1, 8 + len(data)))
    yield "read-exif-is-this-one.tiff", _tiff(data, (34665, _LONG, 1, 8 + len(data)))
    yield "read-description-of-four-gigabytes.tiff", _tiff(data, (270, 2, 2**32 - 1, 8))
    yield "refused-no-directory.tiff", b"II*\0\xff\xff\xff\x7f" + data
    yield "refused-directory-of-65535-tags.tiff", b"II*\0\x08\0\0\0\xff\xff" + data
    yield "refused-big-tiff-far.tiff", b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**60) + data
    yield "read-big-endian.tiff", encode(draw_one(), "TIFF", big_tiff=True)
    yield (
        "read-three-hundred-pages.tiff",
        encode(draw_one(), "TIFF", save_all=True, append_images=[draw_one()] * 300),
    )
