"""The reader with a constant recogniser: boxes, rejection, normal form, JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

from inkdigits.contract import DigitImages, Scores
from inkdigits.pictures.io.decode import decode
from inkdigits.recognition.reader import Reader, propose_candidates, read


class Fixed:
    """A recogniser that returns constant scores and stores its inputs."""

    def __init__(self, probabilities: list[float], is_digit: float = 1.0) -> None:
        self.probabilities = np.array(probabilities, np.float32)
        self.is_digit = is_digit
        self.inputs: list[DigitImages] = []

    def score(self, images: DigitImages) -> Scores:
        self.inputs.append(images)
        n = len(images)
        return Scores(np.tile(self.probabilities, (n, 1)), np.full(n, self.is_digit, np.float32))


CONFIDENT_4 = [0.01, 0.02, 0.03, 0.0, 0.9, 0.04, 0.0, 0.0, 0.0, 0.0]


def stroke() -> np.ndarray:
    picture = np.full((100, 80), 255, np.uint8)
    picture[20:80, 30:42] = 0
    return picture


def test_a_reading_has_label_box_and_alternatives() -> None:
    reading = Reader(Fixed(CONFIDENT_4)).read(stroke())
    (digit,) = reading.digits
    assert (digit.label, digit.rejected, digit.box) == (4, None, (30, 20, 12, 60))
    assert digit.confidence == pytest.approx(0.9)
    assert [label for label, _ in digit.alternatives[:4]] == [5, 2, 1, 0]
    assert len(digit.alternatives) == 9
    assert reading.text == "4"
    assert reading.size == (80, 100)
    assert [number.text for number in reading.numbers] == ["4"]


def test_an_empty_picture_is_blank_without_a_call_of_the_model() -> None:
    recogniser = Fixed(CONFIDENT_4)
    reading = Reader(recogniser).read(np.full((50, 40), 255, np.uint8))
    (digit,) = reading.digits
    assert (digit.label, digit.rejected, digit.box) == (None, "blank", (0, 0, 40, 50))
    assert reading.text == "_"
    assert recogniser.inputs == []


def test_a_picture_in_normal_form_is_the_input_of_the_model() -> None:
    image = propose_candidates(decode(stroke()))[0].image
    recogniser = Fixed(CONFIDENT_4)
    Reader(recogniser).read(image)
    np.testing.assert_array_equal(recogniser.inputs[0], image[np.newaxis])


def test_a_dash_is_rejected_at_any_confidence() -> None:
    reading = Reader(Fixed(CONFIDENT_4)).read(stroke().T)
    assert reading.digits[0].rejected == "not_a_digit"
    assert reading.digits[0].label == 4
    assert reading.text == "?"


def test_the_json_has_all_fields_of_a_digit() -> None:
    content = json.loads(json.dumps(Reader(Fixed(CONFIDENT_4)).read(stroke()).to_json()))
    assert content["text"] == "4"
    digit = content["numbers"][0]["digits"][0]
    assert set(digit) == {"label", "confidence", "box", "alternatives", "rejected", "printed"}


@pytest.mark.slow
def test_boxes_are_in_pixels_of_the_picture_as_given() -> None:
    large = np.full((3000, 2400), 255, np.uint8)
    large[600:2400, 900:1260] = 0
    x, y, width, height = Reader(Fixed(CONFIDENT_4)).read(large).digits[0].box
    assert (abs(x - 900), abs(y - 600), abs(width - 360), abs(height - 1800)) < (5, 5, 8, 8)


def test_read_accepts_a_model_file(bands_model: Path) -> None:
    assert read(stroke(), model=bands_model).digits[0].label in range(10)
