"""Invariances: transformations that preserve the digits of a picture must not change its reading.

The pictures have one to four MNIST training digits, dark on white with a margin. They were selected before any property
was tested, from digits that are read as labelled.
"""

import io
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from inkdigits import Reader
from inkdigits.data import load_mnist

Picture = NDArray[np.uint8]
TEXTS = ("3", "8", "5", "2", "47", "60", "952", "8316")
HEIGHT = 64
"""Height of the digits in pixels."""

few = settings(max_examples=25)
"""Number of examples: each reads one picture, in about 20 ms."""


@cache
def reader() -> Reader:
    return Reader(n_threads=1)


@cache
def draw_text(text: str) -> Picture:
    """Draw ``text`` with MNIST digits of high confidence, dark on white."""
    train, paper = load_mnist().train, np.zeros((2 * HEIGHT, (len(text) + 1) * HEIGHT), np.uint8)
    for place, character in enumerate(text):
        candidates = np.flatnonzero(train.labels == int(character))[place : place + 60]
        scores = reader().recogniser.score(train.images[candidates])
        image = train.images[candidates[(scores.confidences * scores.is_digit).argmax()]]
        rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
        ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        width = max(6, round(HEIGHT * ink.shape[1] / ink.shape[0]))
        large = cv2.resize(ink, (width, HEIGHT), interpolation=cv2.INTER_CUBIC)
        left = HEIGHT // 2 + place * HEIGHT + (HEIGHT - width) // 2
        window = paper[HEIGHT // 2 : HEIGHT // 2 + HEIGHT, left : left + width]
        np.maximum(window, large, out=window)
    return 255 - paper


def warp(picture: Picture, matrix: NDArray[np.float64], size: tuple[int, int]) -> Picture:
    return np.asarray(cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_AREA, borderValue=255), np.uint8)


texts = st.sampled_from(TEXTS)


@pytest.mark.parametrize("text", TEXTS)
def test_the_unchanged_pictures_are_read(text: str) -> None:
    assert reader().read(draw_text(text)).text == text


@pytest.mark.slow
@few
@given(texts, st.floats(-6, 6))
def test_rotation_by_a_few_degrees(text: str, degrees: float) -> None:
    picture = np.pad(draw_text(text), 20, constant_values=255)
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    assert reader().read(warp(picture, turn, (width, height))).text == text


@pytest.mark.slow
@few
@given(texts, st.floats(0.45, 6.0))
def test_scaling(text: str, factor: float) -> None:
    picture = draw_text(text)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=method)
    assert reader().read(np.asarray(scaled, np.uint8)).text == text


@few
@given(texts, st.floats(-25, 25), st.floats(-25, 25))
def test_translation(text: str, across: float, down: float) -> None:
    picture = draw_text(text)
    matrix = np.array([[1, 0, across], [0, 1, down]])
    assert reader().read(warp(picture, matrix, picture.shape[::-1])).text == text


@pytest.mark.slow
@few
@given(texts, st.integers(0, 60), st.integers(160, 255))
def test_inversion_and_other_grey_levels(text: str, ink: int, paper: int) -> None:
    share = draw_text(text) / 255.0
    picture = np.round(ink + (paper - ink) * share).astype(np.uint8)
    assert reader().read(picture).text == text
    assert reader().read(255 - picture).text == text


@pytest.mark.slow
@few
@given(texts, st.tuples(*[st.integers(0, 200)] * 4))
def test_a_wider_margin(text: str, sides: tuple[int, int, int, int]) -> None:
    top, bottom, left, right = sides
    picture = np.pad(draw_text(text), ((top, bottom), (left, right)), constant_values=255)
    assert reader().read(picture).text == text


OPTIONS = {"TIFF": {"compression": "tiff_lzw"}, "JPEG": {"quality": 60}, "WEBP": {"quality": 60}}
MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "BMP": ("1", "L", "P", "RGB"),
    "GIF": ("L", "P"),
    "TIFF": ("1", "L", "P", "RGB", "RGBA", "CMYK", "I;16", "F"),
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
}


def encode(picture: Picture, form: str, mode: str) -> bytes:
    """Encode the picture in a file format and mode."""
    grey = Image.fromarray(picture)
    if mode == "I;16":
        image = Image.fromarray(picture.astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(picture.astype(np.float32) / 255)
    elif mode == "P":
        image = grey.convert("RGB").quantize(16)
    else:
        image = (grey.convert("RGB") if mode == "CMYK" else grey).convert(mode)
    file = io.BytesIO()
    image.save(file, form, **OPTIONS.get(form, {}))
    return file.getvalue()


@pytest.mark.parametrize(("form", "mode"), [(form, mode) for form in MODES for mode in MODES[form]])
def test_file_formats_and_modes(form: str, mode: str) -> None:
    for text in ("5", "952"):
        assert reader().read(encode(draw_text(text), form, mode)).text == text


@few
@given(texts, st.integers(25, 95))
def test_jpeg_quality(text: str, quality: int) -> None:
    file = io.BytesIO()
    Image.fromarray(draw_text(text)).save(file, "JPEG", quality=quality)
    assert reader().read(file.getvalue()).text == text


@pytest.mark.slow
@few
@given(texts, st.floats(-4, 4), st.floats(0.7, 3.0), st.integers(0, 80), st.booleans())
def test_several_transformations(
    text: str, degrees: float, factor: float, border: int, inverted: bool
) -> None:
    picture = np.pad(draw_text(text), 10 + border, constant_values=255)
    height, width = (round(side * factor) for side in picture.shape)
    turn = cv2.getRotationMatrix2D((picture.shape[1] / 2, picture.shape[0] / 2), degrees, factor)
    turn[:, 2] += (width - picture.shape[1]) / 2, (height - picture.shape[0]) / 2
    picture = warp(picture, turn, (width, height))
    assert reader().read(255 - picture if inverted else picture).text == text
