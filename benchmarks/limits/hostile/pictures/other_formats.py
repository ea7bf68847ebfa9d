"""Files of formats that Pillow can decode, but that are not accepted: no file may reach their decoders."""

import gzip
from collections.abc import Iterator

from benchmarks.limits.hostile.pictures.drawing import draw_one, encode


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file, with the suffix of a picture."""
    one = draw_one()
    for form in ("ICO", "PPM", "TGA", "PCX", "DDS", "SGI", "MSP", "XBM", "EPS", "ICNS", "DIB"):
        mode = {"DDS": "RGB", "EPS": "RGB", "ICNS": "RGB", "XBM": "1", "MSP": "1"}.get(form, "L")
        yield f"refused-{form.lower()}-inside.png", encode(one.convert(mode), form)
    yield "refused-jpeg-2000-inside.png", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(200)
    yield "refused-photoshop-inside.png", b"8BPS\0\1" + bytes(200)
    yield "refused-avif-inside.heic", b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miaf" + bytes(200)
    yield "refused-gzip-inside.png", gzip.compress(encode(one, "PNG"), mtime=0)
    yield "refused-windows-metafile-inside.png", b"\xd7\xcd\xc6\x9a" + bytes(200)
