"""Hostile PNG files: wrong orders, counts and lengths of chunks, and data that does not fit the header."""

import struct
import zlib
from collections.abc import Iterator

from benchmarks.limits.hostile.pictures.drawing import draw_one, encode

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_WIDTH, _HEIGHT = 40, 60


def _chunk(kind: bytes, content: bytes, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return struct.pack(">I", size) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _header(depth: int = 8, colour: int = 0, interlace: int = 0, width: int = _WIDTH) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", width, _HEIGHT, depth, colour, 0, 0, interlace))


def _data(row: bytes) -> bytes:
    return _chunk(b"IDAT", zlib.compress(row * _HEIGHT))


def _png(*chunks: bytes) -> bytes:
    return _SIGNATURE + b"".join(chunks) + _chunk(b"IEND", b"")


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file."""
    grey, row = _header(), bytes(_WIDTH + 1)
    good = _data(row)
    yield "refused-idat-before-header.png", _png(good, grey)
    yield "refused-no-data.png", _png(grey)
    yield "refused-empty-data.png", _png(grey, _chunk(b"IDAT", b""))
    yield "refused-data-of-text.png", _png(grey, _chunk(b"IDAT", b"no zlib data at all"))
    yield "refused-unknown-filter.png", _png(grey, _data(b"\x09" + bytes(_WIDTH)))
    yield "refused-short-header.png", _png(_chunk(b"IHDR", b"\0\0\0\1"), good)
    yield "refused-chunk-of-two-gigabytes.png", _SIGNATURE + grey + _chunk(b"tEXt", b"a", 2**31 - 1)
    yield (
        "refused-text-of-sixty-megabytes.png",
        _png(grey, _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**26))), good),
    )
    yield "read-header-twice.png", _png(grey, grey, good)
    yield (
        "read-data-in-a-thousand-chunks.png",
        _png(grey, *[_chunk(b"IDAT", zlib.compress(row * _HEIGHT)[i : i + 1]) for i in range(40)]),
    )
    yield "read-empty-chunks.png", _png(grey, *[_chunk(b"tEXt", b"a\0")] * 10_000, good)
    yield "read-no-palette.png", _png(_header(colour=3), good)
    yield (
        "read-palette-of-one-colour.png",
        _png(_header(colour=3), _chunk(b"PLTE", b"\xff\0\0"), _data(b"\0" + b"\xfe" * _WIDTH)),
    )
    yield "read-palette-of-half-a-colour.png", _png(_header(colour=3), _chunk(b"PLTE", b"\xff"), good)
    yield "refused-interlaced-too-short.png", _png(_header(interlace=1), good)
    yield (
        "read-transparency-of-sixteen-bits.png",
        _png(_header(16), _chunk(b"tRNS", b"\xff\xff"), _data(bytes(2 * _WIDTH + 1))),
    )
    yield (
        "read-animation-of-four-billion-frames.png",
        _png(grey, _chunk(b"acTL", struct.pack(">II", 2**32 - 1, 0)), good),
    )
    yield (
        "refused-frame-outside.png",
        _png(
            grey,
            _chunk(b"acTL", struct.pack(">II", 2, 0)),
            _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 2**31 - 1, 2**31 - 1, 2**31 - 1, 0, 1, 1, 0, 0)),
            good,
        ),
    )
    yield (
        "read-gamma-and-density-of-zero.png",
        _png(grey, _chunk(b"gAMA", bytes(4)), _chunk(b"pHYs", bytes(9)), _chunk(b"cHRM", bytes(32)), good),
    )
    whole = encode(draw_one(), "PNG")
    yield "refused-wrong-checksum.png", whole.replace(b"IDAT", b"IDAT", 1)[:-17] + b"\0" * 5 + whole[-12:]
    yield "read-bytes-after-the-end.png", whole + bytes(2**20)
