"""Malicious and damaged files, generated in code; run as a script to read such files one by one.

python malformed_files.py FOLDER    reads every file of FOLDER by the command and prints a line of JSON per file
"""

import io
import json
import resource
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin, TiffImagePlugin

MAX_MEMORY_BYTES = 500 * 2**20
"""Largest memory of the process while it reads these files, in bytes."""


def picture(width: int = 40, height: int = 60) -> Image.Image:
    """Return a clear 1 on white."""
    pixels = np.full((height, width), 255, np.uint8)
    pixels[height // 6 : -height // 6, width // 2 - 2 : width // 2 + 3] = 0
    return Image.fromarray(pixels)


def noise(size: int = 48) -> Image.Image:
    """Return noise, whose compressed data is large in every format."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (size, size, 3), dtype=np.uint8))


def save(image: Image.Image, form: str, **options: object) -> bytes:
    """Return the file as Pillow writes it."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 0) -> bytes:
    """Return a PNG with these chunks between its header and its last chunk."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def png_ends(content: bytes) -> Iterator[int]:
    """Yield offsets in and after every chunk."""
    place = 8
    while place < len(content):
        length = struct.unpack(">I", content[place : place + 4])[0]
        yield from (place, place + 6, place + 8 + length // 2, place + 8 + length)
        place += 12 + length


def jpeg_ends(content: bytes) -> Iterator[int]:
    """Yield offsets in and after every segment."""
    place = 2
    while content[place + 1] != 0xDA:
        length = struct.unpack(">H", content[place + 2 : place + 4])[0]
        yield from (place, place + 3, place + 2 + length // 2)
        place += 2 + length
    yield from (place, place + 8, (place + len(content)) // 2)


def riff_ends(content: bytes) -> Iterator[int]:
    """Yield offsets in and after every chunk of a WebP."""
    place = 12
    while place < len(content):
        length = struct.unpack("<I", content[place + 4 : place + 8])[0]
        yield from (place, place + 6, place + 8 + length // 2)
        place += 8 + length + length % 2


def tenths(content: bytes) -> Iterator[int]:
    """Yield offsets in a file without chunks, and in its header."""
    yield from range(3, 40, 4)
    yield from (len(content) * tenth // 10 for tenth in range(1, 10))


def truncated() -> Iterator[tuple[str, bytes]]:
    """Yield truncated files."""
    ends = {
        "PNG": png_ends,
        "JPEG": jpeg_ends,
        "WEBP": riff_ends,
        "GIF": tenths,
        "TIFF": tenths,
        "BMP": tenths,
    }
    for form, places in ends.items():
        content = save(noise(), form)
        for end in sorted(set(places(content))):
            if end < len(content) - 20:
                yield f"truncated-{end:06d}.{form.lower()}", content[:end]
    tiff = save(noise(), "TIFF", compression="tiff_lzw")
    yield from ((f"truncated-lzw-{end}.tiff", tiff[:end]) for end in tenths(tiff))


def wrong_formats() -> Iterator[tuple[str, bytes]]:
    """Yield files whose content does not match their name."""
    good = save(picture(), "PNG")
    yield "empty.png", b""
    yield "text.png", b"this is no picture\n" * 50
    yield "zeros.png", bytes(10_000)
    yield "one-bit-off.png", b"\x88" + good[1:]
    yield "windows-line-ends.png", good.replace(b"\r\n", b"\n", 1)
    yield "html.jpg", b"<!doctype html><title>404</title>"
    yield "svg.png", b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
    yield "postscript.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n/x {x} def x\n"
    yield "zip.png", b"PK\3\4" + bytes(100)
    yield "python-objects.npy", npy_of_objects()
    yield "numbers.npy", npy(np.zeros((28, 28), np.uint8))
    yield "fits.png", b"SIMPLE  =                    T" + bytes(3000)
    yield "only-heic-brand.heic", b"\0\0\0\x18ftypheic" + bytes(200)
    yield "only-pdf-head.pdf", b"%PDF-1.7\n" + bytes(2000)


def npy(array: np.ndarray) -> bytes:
    """Return an array in NumPy's file format."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def npy_of_objects() -> bytes:
    """Return a pickle that would end the process if it were loaded."""

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[int]]:
            return sys.exit, (42,)

    return npy(np.array([Bomb()], dtype=object))


def impossible_sizes() -> Iterator[tuple[str, bytes]]:
    """Yield files with impossible sizes in their headers."""
    one_line = chunk(b"IDAT", zlib.compress(bytes(41)))
    for width, height in ((0, 10), (10, 0), (0, 0), (2**31 - 1, 2**31 - 1), (10**6, 10**6), (2**32 - 1, 1)):
        yield f"size-{width}x{height}.png", png(width, height, one_line)
    for depth, colour in ((3, 0), (8, 1), (16, 3), (255, 255)):
        yield f"depth-{depth}-{colour}.png", png(40, 1, one_line, depth=depth, colour=colour)
    bmp = bytearray(save(picture(), "BMP"))
    for name, width, height in (("zero", 0, 60), ("huge", 2**31 - 1, 2**31 - 1), ("negative", -40, 60)):
        bmp[18:26] = struct.pack("<ii", width, height)
        yield f"size-{name}.bmp", bytes(bmp)
    gif = bytearray(save(picture(), "GIF"))
    gif[6:10] = struct.pack("<HH", 0, 0)
    yield "readable-size-zero.gif", bytes(gif)
    jpeg = save(picture(), "JPEG")
    head = jpeg.index(b"\xff\xc0") + 5
    for name, height, width in (("zero", 0, 0), ("huge", 65535, 65535)):
        yield f"size-{name}.jpg", jpeg[:head] + struct.pack(">HH", height, width) + jpeg[head + 4 :]
    yield "blank-tall.png", save(Image.new("L", (1, 65535), 255), "PNG")
    yield "blank-wide.png", save(Image.new("L", (65535, 1), 255), "PNG")
    yield "readable-tall.png", save(picture(7, 65535), "PNG")
    yield "blank-one-pixel.png", save(Image.new("L", (1, 1), 0), "PNG")


def bombs() -> Iterator[tuple[str, bytes]]:
    """Yield small files that decompress to large data."""
    flood = zlib.compress(bytes(400 * 2**20), 1)  # 1.8 MB
    line = chunk(b"IDAT", zlib.compress(bytes(41 * 60)))
    yield "blank-more-data-than-pixels.png", png(40, 60, chunk(b"IDAT", flood))
    yield "text.png-bomb.png", png(40, 60, chunk(b"zTXt", b"Comment\0\0" + flood), line)
    yield "itxt-bomb.png", png(40, 60, chunk(b"iTXt", b"Comment\0\1\0\0\0" + flood), line)
    yield "icc-bomb.png", png(40, 60, chunk(b"iCCP", b"icc\0\0" + flood), line)
    many = [chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**19)))] * 2000
    yield "many-texts-bomb.png", png(40, 60, *many, line)
    yield "over-the-limit.png", png(20_000, 20_000, chunk(b"IDAT", flood))
    yield (
        "gif-lzw.gif",
        b"GIF89a"
        + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0)
        + bytes(6)
        + b"\x2c"
        + (struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\2\3\x44\1\0\0\x3b"),
    )
    entry = struct.pack("<HHII", 256, 4, 1, 40) + struct.pack("<HHII", 257, 4, 1, 60)
    for name, count in (("tag", 2**31), ("tag-64k", 2**16)):
        tags = entry + struct.pack("<HHII", 273, 4, count, 8)
        yield f"{name}-count.tiff", b"II*\0\x08\0\0\0\3\0" + tags + bytes(4)
    yield "cycle.tiff", b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 256, 4, 1, 40) + struct.pack("<I", 8)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270] = "A" * 20_000_000
    yield "readable-long-description.tiff", save(picture(), "TIFF", tiffinfo=tags)
    jpeg = save(noise(400), "JPEG", progressive=True)
    scan = jpeg.rindex(b"\xff\xda")
    yield "scans-bomb.jpg", jpeg[:-2] + 2000 * jpeg[scan:-2] + jpeg[-2:]
    comment = b"".join(b"\xff\xfe" + struct.pack(">H", 65535) + bytes(65533) for _ in range(300))
    jpeg = save(picture(), "JPEG")
    yield "readable-comments.jpg", jpeg[:2] + comment + jpeg[2:]


def damaged_metadata() -> Iterator[tuple[str, bytes]]:
    """Yield valid pictures with damaged EXIF data and colour profiles."""
    junk = np.random.default_rng(1).bytes(3000)
    for name, exif in (
        ("junk", b"Exif\0\0" + junk),
        (
            "cycle",
            b"Exif\0\0II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 34665, 4, 1, 8) + struct.pack("<I", 8),
        ),
        ("far", b"Exif\0\0II*\0\xff\xff\xff\x7f"),
        ("orientation", b"Exif\0\0MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x0112, 3, 1, 999, 0)),
        ("type", b"Exif\0\0MM\0*\0\0\0\x08\0\1" + struct.pack(">HHII", 0x0112, 2, 4, 0xFFFFFFFF)),
    ):
        for form in ("JPEG", "PNG", "WEBP"):
            yield f"readable-exif-{name}.{form.lower()}", save(picture(), form, exif=exif)
    for form in ("JPEG", "PNG", "TIFF", "WEBP"):
        yield f"readable-icc.{form.lower()}", save(picture(), form, icc_profile=junk)
    info = PngImagePlugin.PngInfo()
    info.add_text("XML:com.adobe.xmp", "<!DOCTYPE x [<!ENTITY a 'aa'>]>" + "&a;" * 100)
    yield "readable-xmp.png", save(picture(), "PNG", pnginfo=info)


def unusual_but_valid() -> Iterator[tuple[str, bytes]]:
    """Yield unusual but valid pictures."""
    floats = np.asarray(picture(), np.float32)
    yield "readable-float.tiff", save(Image.fromarray(floats / 255), "TIFF")
    yield "readable-float-large.tiff", save(Image.fromarray(floats * 1e30), "TIFF")
    yield "readable-animated.gif", save(picture(), "GIF", save_all=True, append_images=[picture()] * 300)
    yield "readable-animated.png", save(picture(), "PNG", save_all=True, append_images=[picture()] * 300)
    yield "readable-animated.webp", save(picture(), "WEBP", save_all=True, append_images=[picture()] * 50)
    yield "readable-png-then-zip.png", save(picture(), "PNG") + b"PK\5\6" + bytes(18)
    yield "readable-gif-then-html.gif", save(picture(), "GIF") + b"<script>alert(1)</script>" * 100
    yield "readable-jpeg-then-pdf.jpg", save(picture(), "JPEG") + b"%PDF-1.7 ..." * 100
    yield "readable-jpeg-named.png", save(picture(), "JPEG")
    not_finite = floats / 255
    not_finite[3] = np.nan
    yield "not-a-number.tiff", save(Image.fromarray(not_finite), "TIFF")


def make_files() -> dict[str, bytes]:
    """Return every file by its name; files named ``readable-`` show a clear 1, and ``blank-`` no ink."""
    groups = (
        truncated,
        wrong_formats,
        impossible_sizes,
        bombs,
        damaged_metadata,
        unusual_but_valid,
    )
    return {name: content for group in groups for name, content in group()}


def peak_bytes() -> int:
    """Return the peak memory of this process, in bytes.

    On Linux ``ru_maxrss`` starts at the memory of the parent, which is a gigabyte if pytest has imported TensorFlow.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def read_all(folder: Path) -> None:
    """Read every file of a folder by the command, one by one, and print the outcome of each."""
    import contextlib

    import onnxruntime  # noqa: F401 # imported before the memory is measured, because every reading imports it

    from inkdigits.commands import main

    for path in sorted(folder.iterdir()):
        out, err = io.StringIO(), io.StringIO()
        start = time.process_time()  # CPU time, so that other processes do not matter
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main(["read", "--model", "classic", str(path)])
            except SystemExit as end:
                status = end.code
        seconds = time.process_time() - start
        result = {"name": path.name, "status": status, "seconds": seconds, "peak_bytes": peak_bytes()}
        print(json.dumps({**result, "out": out.getvalue(), "err": err.getvalue()}), flush=True)


if __name__ == "__main__":
    read_all(Path(sys.argv[1]))
