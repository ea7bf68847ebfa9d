import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inkdigits.commands.read import command
from inkdigits.errors import PictureError
from inkdigits.pictures.io import formats
from inkdigits.pictures.io.decode import decode
from inkdigits.pictures.io.picture_size import MAX_BYTES


def encode(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def decode_or_message(content: bytes) -> str:
    """Return the error message, or the type of the pixels."""
    try:
        return str(decode(content).pixels.dtype)
    except PictureError as error:
        return str(error)


def make_png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT"


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (1_000_000, 151), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_in_the_header_raise_an_error(width: int, height: int) -> None:
    with pytest.raises(PictureError, match=r"too large: \d+ x \d+ pixels|damaged"):
        decode(make_png_header(width, height))


def test_picture_of_100_megapixels_raises_no_warning() -> None:
    picture = decode(encode(Image.new("1", (10_000, 10_000), 1), "PNG"))
    assert picture.given_size == (10_000, 10_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"hello, I am text", "unknown format"),
        (b"%!PS-Adobe-3.0", "unknown format"),
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
def test_bad_file_raises_an_error_of_one_line(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    for source in (content, path, io.BytesIO(content)):
        with pytest.raises(PictureError, match=message) as caught:
            decode(source)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_truncated_file_is_decoded_or_raises_an_error(form: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    content = encode(Image.fromarray(noise), form)
    for end in range(0, len(content) - 1, 7):
        assert "\n" not in decode_or_message(content[:end])
    with pytest.raises(PictureError):
        decode(content[: len(content) // 2])


@given(
    st.sampled_from(["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"]), st.integers(0, 2**32), st.integers(1, 30)
)
def test_randomly_changed_file_is_decoded_or_raises_an_error(form: str, seed: int, n_bytes: int) -> None:
    rng = np.random.default_rng(seed)
    content = bytearray(encode(Image.linear_gradient("L").resize((16, 16)), form))
    for place in rng.integers(0, len(content), n_bytes):
        content[place] = rng.integers(0, 256)
    assert "\n" not in decode_or_message(bytes(content))


def test_animation_gives_its_first_frame() -> None:
    frames = [Image.new("L", (20, 20), shade) for shade in (40, 200)]
    pixels = decode(encode(frames[0], "GIF", save_all=True, append_images=frames[1:])).pixels
    assert pixels.mean() == pytest.approx(40, abs=2)


@pytest.mark.parametrize(
    ("mode", "options"), [("RGB", {"lossless": True}), ("RGB", {"quality": 50}), ("RGBA", {"quality": 50})]
)
def test_size_of_a_webp_is_checked_before_its_decoder_is_called(
    monkeypatch: pytest.MonkeyPatch, mode: str, options: dict[str, bool | int]
) -> None:
    """Pillow gives the expected size; the limit is lowered to it, so that no large picture is needed."""
    image = Image.effect_noise((310, 170), 40).convert(mode)
    if mode == "RGBA":
        image.putalpha(128)
    content = encode(image, "WEBP", **options)
    monkeypatch.setattr(formats, "_MAX_WEBP_PIXELS", 310 * 170)
    assert decode(content).given_size == Image.open(io.BytesIO(content)).size == (310, 170)
    monkeypatch.setattr(formats, "_MAX_WEBP_PIXELS", 310 * 170 - 1)
    monkeypatch.delattr("PIL.WebPImagePlugin.WebPImageFile")
    with pytest.raises(PictureError, match=r"310 x 170 pixels.* of a WebP"):
        decode(content)


def make_tiff(*sheets: np.ndarray) -> bytes:
    file = io.BytesIO()
    first, *others = (Image.fromarray(sheet) for sheet in sheets)
    first.save(file, "TIFF", save_all=True, append_images=others, compression="tiff_lzw")
    return file.getvalue()


@pytest.fixture
def tiff() -> bytes:
    sheet = np.full((100, 80), 255, np.uint8)
    sheet[20:80, 36:44] = 0
    return make_tiff(sheet, np.pad(sheet, 20, constant_values=255), sheet)


def test_command_reads_every_page_of_a_tiff(tiff: bytes, tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff)
    expected = "".join(f"{path}#{n}\t1\n" for n in (1, 2, 3))
    assert CliRunner().invoke(command, [str(path)]).stdout == expected
    assert CliRunner().invoke(command, ["-"], input=tiff).stdout == "-#1\t1\n-#2\t1\n-#3\t1\n"
    answer = json.loads(CliRunner().invoke(command, ["--format", "json", str(path)]).stdout)
    assert [(page["width"], page["height"]) for page in answer] == [(80, 100), (120, 140), (80, 100)]


def test_tiff_of_one_page_is_a_picture(tiff: bytes, tmp_path: Path) -> None:
    path = tmp_path / "one.tif"
    path.write_bytes(make_tiff(np.asarray(Image.open(io.BytesIO(tiff)))))
    assert CliRunner().invoke(command, [str(path)]).stdout == "1\n"


def test_undamaged_pages_of_a_damaged_tiff_are_read(tiff: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.tif"
    for end in (450, len(tiff) // 2, 3 * len(tiff) // 4):  # the first page is undamaged
        path.write_bytes(tiff[:end])
        result = CliRunner().invoke(command, [str(path)])
        assert result.exit_code == 1
        assert result.stdout.startswith(f"{path}#1\t1\n")
        assert "Traceback" not in result.output
        lines = [line for line in result.stderr.splitlines() if line]
        assert all(line.startswith("inkdigits: ") for line in lines)


def test_gif_whose_frame_is_larger_than_its_screen_raises_an_error() -> None:
    """Pillow raises `DecompressionBombError`, which is no `OSError`, for the size of a frame."""
    content = bytearray(encode(Image.new("L", (16, 12)), "GIF"))
    frame = content.index(b"\x2c")
    content[frame + 5 : frame + 9] = b"\xff" * 4
    with pytest.raises(PictureError, match="exceeds limit"):
        decode(bytes(content))
