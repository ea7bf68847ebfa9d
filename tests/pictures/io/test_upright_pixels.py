import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from inkdigits.pictures.io.decode import decode
from inkdigits.pictures.io.formats import convert_image


def encode(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_applied_as_by_pillow(orientation: int, form: str) -> None:
    image = Image.fromarray(np.add.outer(np.arange(30) * 4, np.arange(40) * 3).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encode(image, form, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("L"))
    picture = decode(content)
    grey = picture.pixels if picture.pixels.ndim == 2 else picture.pixels[:, :, 0]
    assert picture.given_size == expected.shape[::-1]
    assert np.abs(grey.astype(int) - expected).max() <= 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16"])
def test_every_mode_gives_dark_ink_on_light_paper(mode: str) -> None:
    ink = Image.new("L", (40, 30), 255)
    ink.paste(0, (10, 5, 20, 25))
    sixteen_bits = Image.fromarray(np.asarray(ink).astype(np.uint16) * 257)
    image = sixteen_bits if mode == "I;16" else ink.convert(mode)
    pixels = decode(image).pixels
    grey = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    assert pixels.dtype == np.uint8
    assert grey[15, 15] < 10
    assert grey[2, 2] > 245


@pytest.mark.parametrize("ink_colour", [0, 255])
def test_ink_in_the_alpha_channel_only_has_contrast(ink_colour: int) -> None:
    rgba = np.full((30, 40, 4), ink_colour, np.uint8)
    rgba[:, :, 3] = 0
    rgba[5:25, 10:20, 3] = 255
    for picture in (rgba, encode(Image.fromarray(rgba), "PNG")):
        pixels = decode(picture).pixels.astype(int)
        assert np.abs(pixels[15, 15] - pixels[2, 2]).min() > 200


def test_transparent_palette_entry_is_paper() -> None:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(1, (5, 5, 10, 15))
    pixels = decode(encode(image, "PNG", transparency=0)).pixels
    assert pixels[0, 0].min() > 245
    assert pixels[7, 7].max() < 10


def test_16_bit_picture_with_a_transparent_colour_is_grey() -> None:
    values = np.full((20, 30), 65535, np.uint16)
    values[5:15, 10:20] = 300
    content = encode(Image.fromarray(values), "PNG", transparency=65535)
    pixels = decode(content).pixels
    assert pixels[0, 0] == 255
    assert pixels[10, 15] < 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_conversion_in_bands_equals_conversion_at_once(mode: str) -> None:
    """The expected pixels are Pillow's reduction of the whole picture."""
    values = np.random.default_rng(2).integers(0, 256, (4700, 4500), dtype=np.uint8)
    image = Image.fromarray(values)
    image = Image.fromarray(values.astype(np.uint16) * 257) if mode == "I;16" else image.convert(mode)
    pixels, given_size = convert_image(image, "noise", 1_000_000)
    factor = 4
    if mode in ("I;16", "F"):
        whole = values[::factor, ::factor]
    else:
        whole = np.asarray(image.convert("L" if mode in ("1", "L") else "RGB").reduce(factor))
    assert given_size == (4500, 4700)
    np.testing.assert_array_equal(pixels, whole)
