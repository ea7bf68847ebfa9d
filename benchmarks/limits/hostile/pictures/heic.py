"""Hostile HEIC files: boxes with wrong sizes, offsets and counts, and damaged data."""

import io
import struct
from collections.abc import Iterator

import numpy as np

from benchmarks.limits.hostile.pictures.drawing import draw_one


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file; none if the encoder is not installed."""
    try:
        import pillow_heif
    except ImportError:
        return
    buffer = io.BytesIO()
    pillow_heif.from_pillow(draw_one(64, 96).convert("RGB")).save(buffer, quality=90)
    good = buffer.getvalue()
    yield "read-plain.heic", good
    for share in (0.05, 0.2, 0.5, 0.9):
        yield f"refused-cut-at-{share:.0%}.heic", good[: int(share * len(good))]
    size = good.index(b"ispe") + 8
    yield "refused-size-too-large.heic", good[:size] + struct.pack(">II", 30_000, 30_000) + good[size + 8 :]
    yield "refused-size-of-nothing.heic", good[:size] + bytes(8) + good[size + 8 :]
    meta = good.index(b"meta") - 4
    yield "refused-box-of-four-gigabytes.heic", good[:meta] + b"\xff\xff\xff\xff" + good[meta + 4 :]
    yield "read-box-of-no-bytes.heic", good[:meta] + bytes(4) + good[meta + 4 :]
    place = good.index(b"iloc") + 8
    yield "refused-place-outside.heic", good[:place] + b"\xff" * 20 + good[place + 20 :]
    yield "refused-no-primary-item.heic", good.replace(b"pitm", b"xxxx")
    yield "refused-no-properties.heic", good.replace(b"iprp", b"xxxx")
    yield "refused-no-decoder-settings.heic", good.replace(b"hvcC", b"xxxx")
    data = bytearray(good)
    start = good.index(b"mdat") + 8
    data[start:] = np.random.default_rng(0).bytes(len(good) - start)
    yield "refused-data-of-noise.heic", bytes(data)
    yield (
        "refused-two-thousand-nested-boxes.heic",
        good[:meta] + b"".join(struct.pack(">I", 8 * (2000 - i)) + b"meta" for i in range(2000)),
    )
