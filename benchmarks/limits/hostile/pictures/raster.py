"""Hostile JPEG, GIF, BMP and WebP files."""

import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps

from benchmarks.limits.hostile.pictures.drawing import draw_one, encode


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file."""
    yield from _make_jpegs()
    yield from _make_gifs()
    yield from _make_bmps()
    yield from _make_webps()


def _make_jpegs() -> Iterator[tuple[str, bytes]]:
    good = encode(draw_one(), "JPEG")
    colour = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    frame, scan = good.index(b"\xff\xc0"), good.index(b"\xff\xda")
    for name, marker in (
        ("refused-lossless", 0xC3),
        ("read-arithmetic", 0xC9),
        ("refused-hierarchical", 0xC5),
        ("refused-reserved", 0xC8),
    ):
        yield f"{name}.jpg", good.replace(b"\xff\xc0", bytes((0xFF, marker)), 1)
    yield "refused-twelve-bits.jpg", good[: frame + 4] + b"\x0c" + good[frame + 5 :]
    yield "refused-no-components.jpg", good[: frame + 9] + b"\0" + good[frame + 10 :]
    yield "refused-255-components.jpg", good[: frame + 9] + b"\xff" + good[frame + 10 :]
    yield "refused-sampling-of-zero.jpg", good[: frame + 11] + b"\0" + good[frame + 12 :]
    yield "refused-scan-before-frame.jpg", good[:2] + good[scan:]
    yield "refused-frame-twice.jpg", good[:scan] + good[frame:scan] + good[scan:]
    yield (
        "read-huge-frame-of-few-bytes.jpg",
        good[: frame + 5] + struct.pack(">HH", 2200, 65500) + good[frame + 9 :],
    )
    yield "refused-no-tables.jpg", good[:2] + good[frame : frame + 13] + good[scan:]
    yield "refused-only-start.jpg", b"\xff\xd8\xff" + b"\xff" * 10_000
    yield "read-segment-of-length-zero.jpg", good[:2] + b"\xff\xe0\0\0" + good[2:]
    yield "read-cmyk.jpg", encode(colour.convert("CMYK"), "JPEG")
    yield "read-progressive-cmyk.jpg", encode(colour.convert("CMYK"), "JPEG", progressive=True)
    yield "read-restart-markers.jpg", good[:scan] + b"\xff\xdd\0\4\0\1" + good[scan:]
    yield (
        "read-profile-in-many-parts.jpg",
        (good[:2] + b"".join(b"\xff\xe2\0\x12ICC_PROFILE\0\xff\xff" for _ in range(1000)) + good[2:]),
    )
    multiple = encode(draw_one(), "MPO", save_all=True, append_images=[draw_one()] * 2)
    yield "read-multiple.jpg", multiple
    place = multiple.index(b"MPF\0")
    yield "read-multiple-lying.jpg", multiple[: place + 8] + b"\xff" * 60 + multiple[place + 68 :]


def _make_gifs() -> Iterator[tuple[str, bytes]]:
    def gif(
        data: bytes, side: tuple[int, int] = (40, 60), frame: tuple[int, int, int, int] = (0, 0, 40, 60)
    ) -> bytes:
        palette = b"\0\0\0\xff\xff\xff"
        screen = b"GIF89a" + struct.pack("<HHBBB", *side, 0x80, 0, 0) + palette
        return screen + b"\x2c" + struct.pack("<HHHHB", *frame, 0) + data

    good = encode(draw_one(), "GIF")
    for size in (0, 13, 255):
        yield f"refused-codes-of-{size}-bits.gif", gif(bytes((size,)) + b"\2\x44\1\0\x3b")
    yield "refused-no-blocks.gif", gif(b"\2\0\x3b")
    yield "refused-endless-block.gif", gif(b"\2" + b"\1\x44" * 10)
    yield "refused-frame-outside.gif", gif(b"\2\2\x44\1\0\x3b", frame=(65535, 65535, 65535, 65535))
    yield "refused-screen-too-large.gif", gif(b"\2\2\x44\1\0\x3b", side=(65535, 65535))
    comments = (b"\x21\xfe" + b"\xff" + b"c" * 255 + b"\0") * 20_000
    yield "read-many-comments.gif", good[:-1].replace(b"\x2c", comments + b"\x2c", 1) + b"\x3b"
    yield "read-transparency-outside.gif", good.replace(b"\x2c", b"\x21\xf9\4\1\0\0\xff\0\x2c", 1)
    yield "read-no-trailer.gif", good[:-1]


def _make_bmps() -> Iterator[tuple[str, bytes]]:
    def bmp(
        bits: int, compression: int, data: bytes, side: tuple[int, int] = (40, 60), colours: int = 0
    ) -> bytes:
        info = struct.pack("<IiiHHIIiiII", 40, *side, 1, bits, compression, len(data), 0, 0, colours, 0)
        palette = bytes(4 * 256) if bits == 8 else b""
        return (
            b"BM"
            + struct.pack("<IHHI", 54 + len(palette) + len(data), 0, 0, 54 + len(palette))
            + info
            + palette
            + data
        )

    yield "refused-no-bits.bmp", bmp(0, 0, bytes(9000))
    yield "refused-three-bits.bmp", bmp(3, 0, bytes(9000))
    yield "refused-unknown-compression.bmp", bmp(24, 99, bytes(9000))
    yield "refused-jpeg-inside.bmp", bmp(0, 4, encode(draw_one(), "JPEG"))
    yield "refused-four-billion-colours.bmp", bmp(8, 0, bytes(2400), colours=2**32 - 1)
    yield "refused-runs-too-short.bmp", bmp(8, 1, b"\2\0\0\1")
    yield "refused-runs-beyond-the-row.bmp", bmp(8, 1, b"\xff\0" * 60 + b"\0\1")
    yield (
        "refused-offset-outside.bmp",
        bmp(24, 0, b"")[:10] + b"\xff\xff\xff\x7f" + bmp(24, 0, bytes(9000))[14:],
    )
    yield "refused-header-of-nine-bytes.bmp", b"BM" + bytes(12) + struct.pack("<I", 9) + bytes(100)
    yield "refused-runs-of-a-huge-picture.bmp", bmp(8, 1, b"\xff\1" * 100 + b"\0\1", side=(12_000, 12_000))


def _make_webps() -> Iterator[tuple[str, bytes]]:
    lossy, lossless = encode(draw_one(), "WEBP"), encode(draw_one(), "WEBP", lossless=True)
    animated = encode(draw_one(), "WEBP", save_all=True, append_images=[ImageOps.invert(draw_one())])
    yield "refused-half-lossless.webp", lossless[: len(lossless) // 2]
    yield "refused-unknown-chunk.webp", lossy[:12] + b"XXXX" + lossy[16:]
    yield "refused-frame-of-nothing.webp", lossy[:26] + bytes(4) + lossy[30:]
    bits = struct.pack("<I", (16383 | 16383 << 14))
    yield "refused-lossless-header-too-large.webp", lossless[:21] + bits + lossless[25:]
    place = animated.index(b"VP8X") + 12
    yield "refused-canvas-too-large.webp", animated[:place] + b"\xff" * 6 + animated[place + 6 :]
    yield "refused-canvas-smaller-than-frame.webp", animated[:place] + bytes(6) + animated[place + 6 :]
    yield "refused-size-in-header-too-small.webp", lossy[:4] + struct.pack("<I", 30) + lossy[8:]
    yield "refused-size-in-header-too-large.webp", lossy[:4] + struct.pack("<I", 2**31) + lossy[8:]
