import importlib
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from inkdigits.commands.read import command
from inkdigits.errors import MissingExtraError, PictureError
from inkdigits.pictures.io.decode import decode


def draw_page(shade: int, width: int = 170, height: int = 220) -> Image.Image:
    pixels = np.full((height, width), shade, np.uint8)
    pixels[20:120, 80:92] = 0
    return Image.fromarray(pixels)


def encode_heic(image: Image.Image, **options: object) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=95, **options)
    return buffer.getvalue()


def test_photo_is_decoded() -> None:
    image = draw_page(230)
    picture = decode(encode_heic(image))
    assert picture.given_size == (170, 220)
    grey = picture.pixels if picture.pixels.ndim == 2 else picture.pixels[:, :, 0]
    assert np.abs(grey.astype(int) - np.asarray(image)).mean() < 3


def test_orientation_is_applied_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    picture = decode(encode_heic(draw_page(230), exif=exif.tobytes()))
    expected = np.rot90(np.asarray(draw_page(230)), -1)
    grey = picture.pixels if picture.pixels.ndim == 2 else picture.pixels[:, :, 0]
    assert picture.given_size == (220, 170)
    assert np.abs(grey.astype(int) - expected).mean() < 3


def test_truncated_photo_raises_an_error() -> None:
    content = encode_heic(draw_page(230))
    for end in (20, 100, len(content) // 2, len(content) - 20):
        with pytest.raises(PictureError, match="damaged or cut off") as caught:
            decode(content[:end])
        assert "\n" not in str(caught.value)


def test_missing_extra_is_in_the_error_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = b"\0\0\0\x18ftypheic...."
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImportError):
        importlib.import_module("pillow_heif")
    with pytest.raises(MissingExtraError, match=r'pip install "inkdigits\[heic\]"'):
        decode(content)
    path = tmp_path / "picture"
    path.write_bytes(content)
    result = CliRunner().invoke(command, [str(path)])
    assert result.exit_code == 1
    assert result.stderr.startswith("inkdigits: ")
    assert len(result.stderr.splitlines()) == 1
