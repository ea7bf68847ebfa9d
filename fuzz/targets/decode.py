"""Files of pictures: every format that is decoded, and the pages of TIFF and PDF files."""

import io
from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from fuzz.targets.target import Target
from inkdigits.choices import PDF_BEGINNING, TIFF_BEGINNINGS
from inkdigits.errors import PictureError
from inkdigits.pictures.io import pdf
from inkdigits.pictures.io.decode import decode
from inkdigits.pictures.io.formats import decode_tiff_pages
from inkdigits.pictures.io.picture_size import WORKING_PIXELS

_MAX_PAGES = 3
"""Number of pages of a file that are decoded: a damaged PDF may have thousands, of a second each."""


def ignore_checksums() -> None:
    """Compare no checksums of PNG files from now on: they stop mutations, but no attacker, who computes them."""
    stream: Any = PngImagePlugin.ChunkStream
    stream.crc = stream.crc_skip


def run(data: bytes) -> None:
    """Decode a file as one picture, and page by page."""
    pages: Iterable[object] = ()
    if data[: len(PDF_BEGINNING)] == PDF_BEGINNING:
        pages = pdf.render_pages(data, "fuzzed")
    elif data.startswith(TIFF_BEGINNINGS):
        pages = decode_tiff_pages(data, "fuzzed")
    try:
        picture = decode(data)
        _check_pixels(picture.pixels)
        assert min(picture.given_size) >= 1
        assert min(picture.scale) > 0
    finally:
        for page in islice(pages, _MAX_PAGES):
            if isinstance(page, PictureError):
                assert "\n" not in str(page)
            elif isinstance(page, np.ndarray | Image.Image):
                _check_pixels(decode(page).pixels)


def _check_pixels(pixels: NDArray[np.uint8]) -> None:
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 2 or pixels.shape[2:] == (3,)
    assert 1 <= pixels.shape[0] * pixels.shape[1] <= WORKING_PIXELS * 1.01, f"pixels of shape {pixels.shape}"
    assert pixels.flags.c_contiguous


def make_seeds() -> list[bytes]:
    """Make small files of every format, mode and compression."""
    grey = Image.fromarray((np.add.outer(np.arange(12), np.arange(16)) * 9).astype(np.uint8))
    colour = Image.merge("RGB", (grey, grey.rotate(180), grey))
    clear = Image.merge("RGBA", (*colour.split(), grey))
    exif = Image.Exif()
    exif[0x0112] = 1
    files: list[tuple[str, Image.Image, dict[str, Any]]] = [
        *(("PNG", grey.convert(mode), {}) for mode in ("1", "L", "LA", "P", "I;16")),
        *(("PNG", image, {}) for image in (colour, clear)),
        ("PNG", grey, {"exif": exif, "transparency": 9}),
        ("PNG", colour, {"save_all": True, "append_images": [colour.rotate(90)]}),
        *(("JPEG", image, {"exif": exif}) for image in (grey, colour, colour.convert("CMYK"))),
        ("JPEG", colour, {"progressive": True, "icc_profile": b"icc"}),
        *(("WEBP", clear, {"lossless": lossless, "exif": exif}) for lossless in (False, True)),
        ("WEBP", colour, {"save_all": True, "append_images": [colour.rotate(90)]}),
        *(("BMP", grey.convert(mode), {}) for mode in ("1", "L", "P", "RGB")),
        ("GIF", grey, {"transparency": 9}),
        ("GIF", colour, {"save_all": True, "append_images": [colour.rotate(90)], "interlace": 1}),
        *(
            ("TIFF", grey.convert(mode), {"compression": compression})
            for mode, compression in (
                *(("1", each) for each in ("group3", "group4")),
                *(("L", each) for each in ("tiff_lzw", "packbits", "tiff_adobe_deflate", "raw")),
                *((each, "raw") for each in ("I;16", "F", "LAB", "RGBA")),
            )
        ),
        ("TIFF", colour.convert("YCbCr"), {"compression": "jpeg"}),
        ("TIFF", colour, {"big_tiff": True}),
        ("TIFF", grey, {"save_all": True, "append_images": [colour]}),
        ("PDF", colour.resize((4, 4)), {"resolution": 72.0}),
    ]
    return [_save(image, form, **options) for form, image, options in files] + _make_heic(colour)


def _make_heic(image: Image.Image) -> list[bytes]:
    """Make a HEIC photo, if the package for it is installed."""
    try:
        import pillow_heif
    except ImportError:
        return []
    file = io.BytesIO()
    pillow_heif.from_pillow(image.resize((64, 64))).save(file, quality=30)
    return [file.getvalue()]


def _save(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


TARGET = Target(
    run,
    make_seeds,
    prepare=ignore_checksums,
    refusals=(PictureError,),
    tokens=(
        *(
            b"IHDR",
            b"PLTE",
            b"IDAT",
            b"IEND",
            b"tRNS",
            b"eXIf",
            b"iCCP",
            b"zTXt",
            b"acTL",
            b"fcTL",
            b"fdAT",
            b"gAMA",
        ),
        *(
            b"\xff\xd8\xff",
            b"\xff\xc0",
            b"\xff\xc2",
            b"\xff\xc4",
            b"\xff\xda",
            b"\xff\xdb",
            b"\xff\xe1",
            b"Exif\0\0",
        ),
        *(
            b"RIFF",
            b"WEBP",
            b"VP8 ",
            b"VP8L",
            b"VP8X",
            b"ALPH",
            b"ANIM",
            b"ANMF",
            b"GIF89a",
            b"\x21\xf9\x04",
            b"\x2c",
        ),
        *(
            b"II*\0",
            b"MM\0*",
            b"II+\0",
            b"\x12\x01",
            b"\x00\x01",
            b"\x16\x01",
            b"\x03\x01",
            b"\xff\xff\xff\xff",
        ),
        *(
            b"%PDF-1.7",
            b" obj\n",
            b"endobj",
            b"stream\n",
            b"/MediaBox",
            b"/Kids",
            b"/Filter",
            b"/FlateDecode",
            b"xref",
        ),
        *(b"ftypheic", b"meta", b"iloc", b"ipco", b"hvcC", b"ispe", b"mdat", b"grid"),
    ),
    share=3.0,
)
