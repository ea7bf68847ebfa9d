"""Print and handwriting: the print score of digits, and reading of one of the two only."""

from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import inkdigits
from inkdigits.contract import SIDE
from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import UsageError
from inkdigits.training.scenes.digits import render_digit
from inkdigits.training.scenes.sources import load_symbol_sources
from inkdigits.training.scenes.writers import random_writer


@pytest.fixture(scope="module")
def form() -> np.ndarray:
    """A sheet with a printed number above a handwritten one."""
    return draw_form(4)


def draw_form(seed: int) -> np.ndarray:
    """Draw a sheet with the printed number 4836 above the handwritten number 527."""
    sheet = Image.new("L", (420, 260), 235)
    font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", 60)
    ImageDraw.Draw(sheet).text((60, 30), "4836", 40, font)
    paper = np.array(sheet)
    stock = load_symbol_sources(LabelledImages(np.zeros((10, SIDE, SIDE), np.uint8), np.arange(10), "none"))
    rng = np.random.default_rng(seed)
    hand = replace(
        random_writer(stock, 60, rng, "allographs"), pen=5.0, slant=0.2, care=0.5, aspect=1.0, nib=0.0
    )
    x = 60
    for digit in (5, 2, 7):
        ink = render_digit(digit, hand, stock, rng).ink
        part = paper[160 : 160 + ink.shape[0], x : x + ink.shape[1]]
        part[:] = np.minimum(part, 235 - 190 * ink)
        x += ink.shape[1] + 12
    return paper


def test_printed_digits_have_greater_print_scores(form: np.ndarray) -> None:
    reading = inkdigits.Reader().read(form, "page", ink="any")
    assert reading.text.split() == ["4836", "527"]
    printed = [digit.printed for digit in reading.digits]
    assert min(printed[:4]) > max(printed[4:])
    assert reading.to_json()["digits"][0]["printed"] > 0.5


@pytest.mark.parametrize(
    ("ink", "text"), [("printed", "4836"), ("handwritten", "527"), ("any", "4836 527"), ("auto", "4836 527")]
)
def test_only_digits_of_the_given_ink_are_read(form: np.ndarray, ink: str, text: str) -> None:
    for layout in ("auto", "page"):
        assert " ".join(inkdigits.Reader().read(form, layout, ink=ink).text.split()) == text


def test_the_print_of_a_form_that_somebody_has_filled_in_is_not_read(form: np.ndarray) -> None:
    sheet = Image.new("L", (420, 180), 235)
    font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", 33)
    for row, text in enumerate(("Name of the applicant", "Number of members", "of the household")):
        ImageDraw.Draw(sheet).text((10, 10 + 54 * row), text, 40, font)
    page = np.concatenate([np.array(sheet), form])
    for layout in ("auto", "page"):
        assert inkdigits.Reader().read(page, layout).text == "527"
        assert inkdigits.Reader().read(page, layout, ink="any").text.split() == ["4836", "527"]


def test_print_in_the_line_of_handwriting_is_not_read_with_it(form: np.ndarray) -> None:
    beside = np.concatenate([form[:130, 40:260], form[130:, 40:260]], axis=1)
    for ink, text in (("handwritten", "527"), ("printed", "4836")):
        for layout in ("line", "page"):
            assert inkdigits.Reader().read(beside, layout, ink=ink).text == text


@pytest.mark.slow
def test_print_and_handwriting_are_told_apart_for_most_writers() -> None:
    reader, right, n_handwritten = inkdigits.Reader(), 0, 0
    for seed in range(12):
        digits = reader.read(draw_form(seed), "page", ink="any").digits
        printed = [digit.printed for digit in digits]
        assert None not in printed
        assert min(printed[:4]) > 0.8
        right += sum(score < 0.5 for score in printed[4:])
        n_handwritten += len(printed[4:])
    assert n_handwritten == 36
    assert right >= 0.85 * n_handwritten  # of neat, even strokes of a pen, which look most like print


def test_a_sheet_without_digits_of_the_given_ink_is_blank(form: np.ndarray) -> None:
    for layout in ("auto", "line", "page"):
        reading = inkdigits.Reader().read(form[:130], layout, ink="handwritten")
        assert [digit.rejected for digit in reading.digits] == ["blank"]
    single = form[20:110, 50:105]
    assert inkdigits.Reader().read(single, "digit", ink="printed").text == "4"
    assert inkdigits.Reader().read(single, "digit", ink="handwritten").text == "_"


@pytest.mark.parametrize("layout", ["boxes", "auto"])
def test_boxes_with_digits_of_another_ink_are_blank(layout: str) -> None:
    sheet = Image.new("L", (340, 120), 240)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", 50)
    for i, content in enumerate("3 58"):
        draw.rectangle((20 + 75 * i, 20, 95 + 75 * i, 95), outline=90, width=2)
        draw.text((42 + 75 * i, 28), content, 30, font)
    assert inkdigits.Reader().read(np.array(sheet), layout, ink="printed").text == "3_58"
    assert set(inkdigits.Reader().read(np.array(sheet), layout, ink="handwritten").text) == {"_"}


def test_an_unknown_ink_is_a_usage_error(form: np.ndarray) -> None:
    with pytest.raises(UsageError, match="expected ink auto, any, handwritten or printed, but got 'blue'"):
        inkdigits.Reader().read(form, ink="blue")
