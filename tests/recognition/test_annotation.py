"""Drawings of readings: size, colours, boxes, digit images and output errors."""

from pathlib import Path

import numpy as np
import pytest

from inkdigits.errors import OutputError
from inkdigits.pictures.io.decode import Picture, decode
from inkdigits.recognition.annotation import ACCEPTED, MOST_DIGITS, REFUSED, draw_annotation, write_annotation
from inkdigits.recognition.reading import Digit, Number, Reading


def make_reading(n_digits: int, size: tuple[int, int], rejected: str | None = None) -> Reading:
    image = np.arange(784, dtype=np.uint8).reshape(28, 28)
    digit = Digit(3, 0.9, (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), (), rejected, image)
    return Reading((Number("3" * n_digits, (digit,) * n_digits, 0.9, digit.box, ("8", 0.1)),), size)


def has_colour(pixels: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((pixels == colour).all(axis=2).any())


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (400, 300), (5000, 3), (3, 5000)])
@pytest.mark.parametrize("rejected", [None, "unsure"])
def test_pictures_of_any_size_are_drawn_at_a_moderate_size(
    size: tuple[int, int], rejected: str | None
) -> None:
    picture = decode(np.full(size[::-1], 200, np.uint8))
    pixels = np.asarray(draw_annotation(picture, make_reading(2, size, rejected)))
    assert has_colour(pixels, ACCEPTED if rejected is None else REFUSED)
    assert not has_colour(pixels, REFUSED if rejected is None else ACCEPTED)
    assert max(pixels.shape) < 2500


def test_boxes_are_scaled_with_a_reduced_picture() -> None:
    picture = Picture(np.full((200, 400), 255, np.uint8), (4000, 2000))
    digit = Digit(3, 0.9, (1000, 500, 2000, 1000))
    pixels = np.asarray(
        draw_annotation(picture, Reading((Number("3", (digit,), 0.9, digit.box),), (4000, 2000)))
    )
    rows, columns = np.nonzero((pixels == ACCEPTED).all(axis=2)[:850])
    assert abs((columns.max() - columns.min()) - 0.4 * 2000) < 8
    assert 0.4 * 1000 - 8 < rows.max() - rows.min() < 0.4 * 1000 + 40  # plus the label above


def test_digit_images_are_enlarged_without_interpolation() -> None:
    reading = make_reading(1, (400, 300))
    image = reading.digits[0].image
    assert image is not None
    pixels = np.asarray(draw_annotation(decode(np.full((300, 400), 200, np.uint8)), reading))[:, :, 0]
    enlarged = image.repeat(3, 0).repeat(3, 1)
    height, width = enlarged.shape
    places = np.argwhere(pixels[: -height + 1, : -width + 1] == enlarged[0, 0])
    assert any((pixels[y : y + height, x : x + width] == enlarged).all() for y, x in places)


@pytest.mark.slow
def test_the_number_of_drawn_digits_is_limited() -> None:
    few = draw_annotation(decode(np.full((300, 400), 200, np.uint8)), make_reading(MOST_DIGITS, (400, 300)))
    many = draw_annotation(
        decode(np.full((300, 400), 200, np.uint8)), make_reading(10 * MOST_DIGITS, (400, 300))
    )
    assert 0 < many.height - few.height < 100


@pytest.mark.parametrize("name", ["out.unknown", "out", "file.txt/out.png"])
def test_an_unwritable_drawing_is_an_output_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_annotation(decode(np.full((30, 40), 200, np.uint8)), make_reading(1, (40, 30)), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]
