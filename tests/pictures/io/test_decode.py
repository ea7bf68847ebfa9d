import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from inkdigits.errors import PictureError
from inkdigits.pictures.io import formats
from inkdigits.pictures.io.decode import decode
from inkdigits.pictures.io.limits import MAX_BYTES, WORKING_PIXELS


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def outcome(content: bytes) -> str:
    """The message if the picture is refused, else the type of its pixels."""
    try:
        return str(decode(content).pixels.dtype)
    except PictureError as error:
        return str(error)


def ramp(height: int = 30, width: int = 40) -> np.ndarray:
    return np.add.outer(np.arange(height) * 4, np.arange(width) * 3).astype(np.uint8)


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF"])
@pytest.mark.parametrize("how", ["path", "bytes", "file", "pillow"])
def test_lossless_formats_keep_every_pixel(form: str, how: str, tmp_path: Path) -> None:
    content = encoded(Image.fromarray(ramp()), form)
    path = tmp_path / "picture"
    path.write_bytes(content)
    source = {
        "path": path,
        "bytes": content,
        "file": io.BytesIO(content),
        "pillow": Image.open(io.BytesIO(content)),
    }[how]
    pixels = decode(source).pixels
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 0]
    np.testing.assert_array_equal(grey, ramp())


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_lossy_formats_keep_the_picture(form: str) -> None:
    pixels = decode(encoded(Image.fromarray(ramp()), form, quality=95)).pixels
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 0]
    assert np.abs(grey.astype(int) - ramp()).max() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_undone_as_pillow_does(orientation: int, form: str) -> None:
    image = Image.fromarray(ramp())
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(image, form, exif=exif)
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
def test_ink_in_the_alpha_channel_alone_is_seen(ink_colour: int) -> None:
    rgba = np.full((30, 40, 4), ink_colour, np.uint8)
    rgba[:, :, 3] = 0
    rgba[5:25, 10:20, 3] = 255
    for picture in (rgba, encoded(Image.fromarray(rgba), "PNG")):
        pixels = decode(picture).pixels.astype(int)
        assert np.abs(pixels[15, 15] - pixels[2, 2]).min() > 200


def test_transparent_palette_entry_is_paper() -> None:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(1, (5, 5, 10, 15))
    pixels = decode(encoded(image, "PNG", transparency=0)).pixels
    assert pixels[0, 0].min() > 245
    assert pixels[7, 7].max() < 10


@pytest.mark.parametrize(
    "array",
    [
        np.eye(8, dtype=bool),
        np.eye(8, dtype=np.float64),
        np.eye(8, dtype=np.float32) * 16,
        np.eye(8, dtype=np.int64) * 255,
        np.eye(8, dtype=np.uint8),
        np.eye(8, dtype=np.uint16) * 65535,
        np.eye(8, dtype=np.uint16) * 4095,
        np.eye(8, dtype=np.float32) * 2 - 1,
        np.eye(8) * 1e300,
        (np.eye(8) * 2 - 1) * 1.5e308,
        np.eye(8, dtype=np.float32) * 3e38,
        np.eye(8)[:, :, np.newaxis],
        np.eye(8)[np.newaxis],
    ],
    ids=lambda array: f"{array.dtype}-{array.max()}-{array.shape}",
)
def test_arrays_of_any_range_fill_eight_bits(array: np.ndarray) -> None:
    np.testing.assert_array_equal(decode(array).pixels, np.eye(8, dtype=np.uint8) * 255)


def test_rounding_errors_below_zero_are_black() -> None:
    assert decode(np.eye(8) * -1e-310).pixels.max() == 0


def test_channels_may_come_first() -> None:
    array = np.random.default_rng(0).integers(17, 255, (3, 12, 14), dtype=np.uint8)
    np.testing.assert_array_equal(decode(array).pixels, array.transpose(1, 2, 0))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 5)),
        np.zeros((5, 0, 3)),
        np.zeros(5),
        np.zeros((5, 5, 7)),
        np.full((5, 5), np.nan),
        np.full((5, 5), np.inf),
        np.array([["a", "b"]]),
        np.array([[object()]]),
        np.zeros((3, 3), complex),
    ],
    ids=str,
)
def test_arrays_that_are_no_picture_are_refused(array: np.ndarray) -> None:
    with pytest.raises(PictureError):
        decode(array)


def test_a_large_photo_is_scaled_down_and_keeps_its_given_size() -> None:
    picture = decode(encoded(Image.new("RGB", (6000, 4000), "white"), "JPEG"))
    assert picture.given_size == (6000, 4000)
    assert picture.pixels.shape[0] * picture.pixels.shape[1] <= WORKING_PIXELS
    assert picture.scale[0] == pytest.approx(picture.scale[1], rel=0.01)


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT"


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (1_000_000, 151), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_from_the_header(width: int, height: int) -> None:
    with pytest.raises(PictureError, match=r"too large: \d+ x \d+ pixels|damaged"):
        decode(png_header(width, height))


def test_a_picture_of_100_megapixels_raises_no_warning() -> None:
    picture = decode(encoded(Image.new("1", (10_000, 10_000), 1), "PNG"))
    assert picture.given_size == (10_000, 10_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"hello, I am text", "no picture that can be read"),
        (b"%!PS-Adobe-3.0", "no picture that can be read"),
        (b"\x89PNG\r\n\x1a\n", "damaged or cut off"),
        (b"\xff\xd8\xff\xe0", "damaged or cut off"),
        (b"GIF89a", "damaged or cut off"),
        (b"BM", "damaged or cut off"),
        (b"II*\0", "damaged or cut off"),
        (b"RIFF\0\0\0\0WEBP", "damaged or cut off"),
        (bytes(MAX_BYTES + 1), "too large"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_bad_files_get_one_line(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    for source in (content, path, io.BytesIO(content)):
        with pytest.raises(PictureError, match=message) as caught:
            decode(source)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_a_file_cut_off_anywhere_is_refused_or_read_but_never_crashes(form: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    content = encoded(Image.fromarray(noise), form)
    for end in range(0, len(content) - 1, 7):
        assert "\n" not in outcome(content[:end])
    with pytest.raises(PictureError):
        decode(content[: len(content) // 2])


@given(
    st.sampled_from(["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"]), st.integers(0, 2**32), st.integers(1, 30)
)
def test_bytes_overwritten_at_random_never_crash(form: str, seed: int, n_bytes: int) -> None:
    rng = np.random.default_rng(seed)
    content = bytearray(encoded(Image.fromarray(ramp(16, 16)), form))
    for place in rng.integers(0, len(content), n_bytes):
        content[place] = rng.integers(0, 256)
    assert "\n" not in outcome(bytes(content))


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="does not exist"):
        decode(tmp_path / "nothing.png")
    with pytest.raises(PictureError, match="is a folder"):
        decode(tmp_path)
    with pytest.raises(PictureError, match="cannot be read"):
        decode("a\0b.png")
    with pytest.raises(PictureError, match="opened as text"):
        decode(io.StringIO("text"))  # type: ignore[arg-type]
    with pytest.raises(PictureError, match="but this is a int"):
        decode(7)  # type: ignore[arg-type]


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("L", (20, 20), shade) for shade in (40, 200)]
    pixels = decode(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])).pixels
    assert pixels.mean() == pytest.approx(40, abs=2)


def test_a_pillow_image_of_the_caller_is_left_as_it_was() -> None:
    image = Image.open(io.BytesIO(encoded(Image.new("RGB", (3000, 3000), "white"), "JPEG")))
    decode(image)
    assert image.size == (3000, 3000)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_a_large_picture_is_the_same_whether_read_in_bands_or_at_once(mode: str) -> None:
    """The oracle is Pillow's own reduction of the whole picture."""
    values = np.random.default_rng(2).integers(0, 256, (4700, 4500), dtype=np.uint8)
    image = Image.fromarray(values)
    image = Image.fromarray(values.astype(np.uint16) * 257) if mode == "I;16" else image.convert(mode)
    pixels, given_size = formats.pixels_of_image(image, "noise", 1_000_000)
    factor = 4
    if mode in ("I;16", "F"):
        whole = values[::factor, ::factor]
    else:
        whole = np.asarray(image.convert("L" if mode in ("1", "L") else "RGB").reduce(factor))
    assert given_size == (4500, 4700)
    np.testing.assert_array_equal(pixels, whole)


def test_16_bits_with_a_transparent_colour_are_grey() -> None:
    values = np.full((20, 30), 65535, np.uint16)
    values[5:15, 10:20] = 300
    content = encoded(Image.fromarray(values), "PNG", transparency=65535)
    pixels = decode(content).pixels
    assert pixels[0, 0] == 255
    assert pixels[10, 15] < 3


@pytest.mark.parametrize(
    ("mode", "options"), [("RGB", {"lossless": True}), ("RGB", {"quality": 50}), ("RGBA", {"quality": 50})]
)
def test_the_size_in_the_header_of_a_webp_is_checked_before_its_decoder_takes_memory(
    monkeypatch: pytest.MonkeyPatch, mode: str, options: dict[str, bool | int]
) -> None:
    """Pillow is the oracle of the size; the limit is lowered to it so that no large picture need be made."""
    image = Image.effect_noise((310, 170), 40).convert(mode)
    if mode == "RGBA":
        image.putalpha(128)
    content = encoded(image, "WEBP", **options)
    monkeypatch.setattr(formats, "_MOST_WEBP_PIXELS", 310 * 170)
    assert decode(content).given_size == Image.open(io.BytesIO(content)).size == (310, 170)
    monkeypatch.setattr(formats, "_MOST_WEBP_PIXELS", 310 * 170 - 1)
    monkeypatch.delattr("PIL.WebPImagePlugin.WebPImageFile")
    with pytest.raises(PictureError, match=r"310 x 170 pixels.* of a WebP"):
        decode(content)
