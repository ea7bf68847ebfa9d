import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.io.decode import decode
from inkdigits.pictures.io.picture_size import WORKING_PIXELS


def encode(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def make_ramp(height: int = 30, width: int = 40) -> np.ndarray:
    return np.add.outer(np.arange(height) * 4, np.arange(width) * 3).astype(np.uint8)


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF"])
@pytest.mark.parametrize("how", ["path", "bytes", "file", "pillow"])
def test_lossless_format_keeps_every_pixel(form: str, how: str, tmp_path: Path) -> None:
    content = encode(Image.fromarray(make_ramp()), form)
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
    np.testing.assert_array_equal(grey, make_ramp())


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_lossy_format_keeps_the_picture(form: str) -> None:
    pixels = decode(encode(Image.fromarray(make_ramp()), form, quality=95)).pixels
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 0]
    assert np.abs(grey.astype(int) - make_ramp()).max() < 12


def test_large_photo_is_scaled_down_and_keeps_its_given_size() -> None:
    picture = decode(encode(Image.new("RGB", (6000, 4000), "white"), "JPEG"))
    assert picture.given_size == (6000, 4000)
    assert picture.pixels.shape[0] * picture.pixels.shape[1] <= WORKING_PIXELS
    assert picture.scale[0] == pytest.approx(picture.scale[1], rel=0.01)


@pytest.mark.parametrize("shape", [(2560016, 40), (7, 600_000), (1, 4_100_000), (4_100_000, 1)])
def test_long_strip_has_no_more_than_the_working_pixels(shape: tuple[int, int]) -> None:
    pixels = decode(np.zeros(shape, np.uint8)).pixels
    assert 0.8 * WORKING_PIXELS < pixels.size <= WORKING_PIXELS
    assert (pixels.shape[0] > pixels.shape[1]) == (shape[0] > shape[1])


def test_missing_files_and_wrong_types_raise_errors(tmp_path: Path) -> None:
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


def test_pillow_image_of_the_caller_is_unchanged() -> None:
    image = Image.open(io.BytesIO(encode(Image.new("RGB", (3000, 3000), "white"), "JPEG")))
    decode(image)
    assert image.size == (3000, 3000)
