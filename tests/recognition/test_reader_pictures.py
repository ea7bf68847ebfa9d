"""The reader with the shipped models on one easy picture of each supported kind, made of MNIST training digits.

The benchmark measures hard pictures (``docs/results/benchmark.md``)."""

import io
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from inkdigits import Reader
from inkdigits.data import load_mnist

Ink = NDArray[np.float32]
"""Ink coverage, ``float32`` (h, w), in [0, 1]."""
HEIGHT = 60
NUMBER = "52906"


@cache
def reader() -> Reader:
    return Reader(n_threads=1)


@cache
def digit(character: str, rank: int = 0) -> Ink:
    """Return a training digit of rank ``rank`` in confidence, cropped, `HEIGHT` pixels high."""
    train = load_mnist().train
    few = np.flatnonzero(train.labels == int(character))[:60]
    scores = reader().recogniser.score(train.images[few])
    image = train.images[few[np.argsort(-scores.confidences * scores.is_digit)[rank]]]
    rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
    tight = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32) / 255
    width = max(8, round(HEIGHT * tight.shape[1] / tight.shape[0]))
    return np.clip(cv2.resize(tight, (width, HEIGHT), interpolation=cv2.INTER_CUBIC), 0, 1)


def paste(ink: Ink, mask: Ink, left: int, top: int) -> None:
    window = ink[top : top + mask.shape[0], left : left + mask.shape[1]]
    np.maximum(window, mask, out=window)


def write(text: str, gap: int = 14, margin: int = 60) -> Ink:
    """Draw a number on an empty sheet."""
    masks = [digit(character) for character in text]
    width = sum(mask.shape[1] for mask in masks) + gap * (len(masks) - 1)
    ink, left = np.zeros((HEIGHT + 2 * margin, width + 2 * margin), np.float32), margin
    for mask in masks:
        paste(ink, mask, left, margin)
        left += mask.shape[1] + gap
    return ink


def render(ink: Ink, paper: object = 235.0, pen: object = 30.0) -> NDArray[np.uint8]:
    """Render ink on paper; ``pen`` and ``paper`` are grey levels, colours, or arrays of them."""
    paper, pen = np.asarray(paper, np.float32), np.asarray(pen, np.float32)
    cover = ink[..., None] if max(paper.shape[-1:], pen.shape[-1:]) == (3,) else ink
    return np.clip(paper + (pen - paper) * cover, 0, 255).astype(np.uint8)


def read_text(picture: NDArray[np.uint8] | bytes, **options: object) -> str:
    return reader().read(picture, **options).text


@pytest.mark.parametrize("text", ["7", NUMBER])
class TestInk:
    def test_jpeg_artefacts(self, text: str) -> None:
        file = io.BytesIO()
        Image.fromarray(render(write(text))).save(file, "JPEG", quality=15)
        assert read_text(file.getvalue()) == text

    def test_camera_noise_and_blur(self, text: str) -> None:
        picture = cv2.GaussianBlur(render(write(text)), (0, 0), 1.2).astype(np.float32)
        picture += np.random.default_rng(0).normal(0, 6, picture.shape)
        assert read_text(np.clip(picture, 0, 255).astype(np.uint8)) == text

    @pytest.mark.parametrize(
        ("pen", "paper"),
        [((30, 50, 160), (250, 240, 170)), ((190, 30, 40), (245, 245, 245)), ((240, 240, 235), (25, 70, 50))],
        ids=["blue on yellow", "red on white", "chalk on green"],
    )
    def test_coloured_pen_and_paper(self, text: str, pen: tuple[int], paper: tuple[int]) -> None:
        assert read_text(render(write(text), paper, pen)) == text

    def test_uneven_light_and_shadow(self, text: str) -> None:
        ink = write(text)
        across = np.linspace(1.0, 0.7, ink.shape[1], dtype=np.float32)[None, :]
        shadow = np.where(np.arange(ink.shape[0])[:, None] > ink.shape[0] - 40, 0.75, 1.0)
        assert read_text(render(ink, 235 * across * shadow, 30 * across * shadow)) == text

    def test_ruled_paper(self, text: str) -> None:
        ink = write(text)
        paper = np.full(ink.shape, 235, np.float32)
        paper[60 + HEIGHT - 2 :: 84] = paper[60 + HEIGHT - 1 :: 84] = 165
        paper[60 + HEIGHT - 2 - 84] = 165
        assert read_text(render(ink, paper)) == text

    def test_squared_paper(self, text: str) -> None:
        ink = write(text)
        paper = np.full(ink.shape, 238, np.float32)
        paper[::38] = paper[:, ::38] = 175
        assert read_text(render(ink, paper)) == text

    def test_bleed_through_from_the_other_side(self, text: str) -> None:
        ink = write(text)
        other = np.zeros_like(ink)
        paste(other, cv2.GaussianBlur(digit("8"), (0, 0), 2)[:, ::-1], 4, 50)
        assert read_text(render(ink, 235 - 24 * other)) == text

    def test_a_sheet_on_a_desk_in_perspective(self, text: str) -> None:
        sheet = render(write(text, margin=110))
        height, width = sheet.shape
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        seen = corners * 0.9 + np.array([[90, 60], [50, 80], [100, 40], [60, 70]], np.float32)
        view = cv2.getPerspectiveTransform(corners, seen)
        size = (width + 140, height + 120)
        desk = cv2.warpPerspective(sheet, view, size, borderValue=70)
        assert read_text(np.asarray(desk, np.uint8)) == text

    def test_heic(self, text: str) -> None:
        heif = pytest.importorskip("pillow_heif")
        file = io.BytesIO()
        heif.from_pillow(Image.fromarray(render(write(text))).convert("RGB")).save(file)
        assert read_text(file.getvalue()) == text

    def test_a_page_of_a_pdf(self, text: str) -> None:
        file = io.BytesIO()
        Image.fromarray(render(write(text))).save(file, "PDF", resolution=200)
        assert read_text(file.getvalue()) == text


def test_touching_digits_are_separated() -> None:
    left, right = digit("6"), digit("2")
    # The digits overlap by two pixels at their closest rows.
    ends = [np.flatnonzero(row > 0.4)[-1] if (row > 0.4).any() else 0 for row in left]
    starts = [np.flatnonzero(row > 0.4)[0] if (row > 0.4).any() else 10**6 for row in right]
    overlap = int(max(np.subtract(ends, starts)))
    ink = np.zeros((180, 260), np.float32)
    paste(ink, left, 60, 60)
    paste(ink, right, 60 + overlap - 2, 60)
    n_pieces = cv2.connectedComponents((ink > 0.3).astype(np.uint8))[0] - 1
    assert n_pieces == 1
    assert read_text(render(ink), layout="line") == "62"


@pytest.mark.parametrize("text", ["5", "358", NUMBER])
def test_a_broken_digit_is_one_digit(text: str) -> None:
    """Only one digit is broken: if most were, the height of the digits would be ambiguous."""
    ink = write(text)
    place = len(text) // 2
    left = 60 + sum(digit(character).shape[1] + 14 for character in text[:place])
    ink[90:93, left : left + digit(text[place]).shape[1]] = 0
    assert read_text(render(ink)) == text


@pytest.mark.parametrize("degrees", [-7, 7])
def test_a_sloping_line(degrees: float) -> None:
    ink = write(NUMBER, margin=90)
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    assert read_text(render(cv2.warpAffine(ink, turn, (width, height)))) == NUMBER


@pytest.mark.parametrize("sag", [-22, 22])
def test_a_curved_line(sag: float) -> None:
    ink = write("5290638", margin=90)
    height, width = ink.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    arc = np.float32(sag) * (1 - (2 * x / width - 1) ** 2)
    assert read_text(render(cv2.remap(ink, x, y + arc, cv2.INTER_LINEAR))) == "5290638"


@pytest.mark.parametrize("text", ["5.2", "5,2", "-52", "50-29"])
def test_separators_are_not_digits(text: str) -> None:
    ink, left = np.zeros((180, 460), np.float32), 60
    base = 60 + HEIGHT
    for character in text:
        if character == "-":
            cv2.line(ink, (left + 12, base - 29), (left + 38, base - 30), 1.0, 7, cv2.LINE_AA)
            left += 52
        elif character in ".,":
            cv2.circle(ink, (left + 10, base - 4), 5, 1.0, -1, cv2.LINE_AA)
            if character == ",":
                cv2.line(ink, (left + 12, base - 2), (left + 5, base + 14), 1.0, 6, cv2.LINE_AA)
            left += 24
        else:
            paste(ink, digit(character), left, 60)
            left += digit(character).shape[1] + 10
    reading = reader().read(render(ink), layout="line")
    assert reading.text == text
    assert [each.character for each in reading.digits] == [each for each in text if each.isdigit()]


@pytest.mark.parametrize("length", [4, 5])
def test_a_given_length_is_the_number_of_digits(length: int) -> None:
    reading = reader().read(render(write(NUMBER, gap=6)), length=length)
    assert [len(number.digits) for number in reading.numbers] == [length]


def draw_cells(text: str, columns: int, comb: bool = False, cell: int = 92) -> Ink:
    """Draw cells in rows of ``columns``; ``_`` is a blank cell. Cells of a comb have only half their sides."""
    rows = len(text) // columns
    ink = np.zeros((rows * cell + 80, columns * cell + 80), np.float32)
    for place, character in enumerate(text):
        left, top = 40 + cell * (place % columns), 40 + cell * (place // columns)
        if comb:
            corners = [(left, top + cell // 2), (left, top + cell), (left + cell, top + cell)]
            cv2.polylines(ink, [np.array([*corners, (left + cell, top + cell // 2)])], False, 0.6, 2)
        else:
            cv2.rectangle(ink, (left, top), (left + cell, top + cell), 0.6, 2)
        if character != "_":
            mask = digit(character)
            paste(ink, mask, left + (cell - mask.shape[1]) // 2, top + (cell - HEIGHT) // 2 - 2)
    return ink


@pytest.mark.parametrize("comb", [False, True], ids=["boxes", "comb"])
@pytest.mark.parametrize("layout", ["boxes", "auto"])
def test_boxes_and_combs_with_blanks(comb: bool, layout: str) -> None:
    assert read_text(render(draw_cells("4_07_3_8", 8, comb)), layout=layout) == "4_07_3_8"


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["boxes", "auto"])
def test_a_sudoku(layout: str) -> None:
    rows = ["53__7____", "6__195___", "_98____6_", "8___6___3", "4__8_3__1"]
    rows += ["7___2___6", "_6____28_", "___419__5", "____8__79"]
    assert read_text(render(draw_cells("".join(rows), 9)), layout=layout).split() == rows


def is_rejected(picture: NDArray[np.uint8], **options: object) -> bool:
    return all(each.rejected is not None for each in reader().read(picture, **options).digits)


@pytest.mark.parametrize("letter", list("AEHKMRWX#+"))
def test_letters_and_symbols_are_rejected(letter: str) -> None:
    drawn = np.zeros((180, 180), np.uint8)
    cv2.putText(drawn, letter, (50, 130), cv2.FONT_HERSHEY_SIMPLEX, 3.2, 255, 8, cv2.LINE_AA)
    assert is_rejected(render(drawn / np.float32(255)), layout="digit")


NO_DIGITS = ("noise", "scribble", "crossed out", "house", "face", "dash", "dot")

SOMETIMES_NUMBERS = ("noise", "house")
"""Drawings that the layout ``auto`` may read as numbers: the strokes of a house resemble digits. The benchmark's row
``refusals`` counts them."""


@pytest.mark.parametrize(
    ("what", "layout"),
    [(what, "digit") for what in NO_DIGITS]
    + [(what, "auto") for what in NO_DIGITS if what not in SOMETIMES_NUMBERS],
)
def test_non_digits_are_rejected(what: str, layout: str) -> None:
    ink = np.zeros((200, 200), np.float32)
    rng = np.random.default_rng(0)
    if what == "noise":
        ink[:] = rng.random(ink.shape)
    elif what == "scribble":
        points = np.column_stack([np.linspace(40, 160, 40), np.where(np.arange(40) % 2, 60, 140)])
        cv2.polylines(
            ink, [(points + rng.normal(0, 6, points.shape)).astype(int)], False, 1.0, 5, cv2.LINE_AA
        )
    elif what == "crossed out":
        paste(ink, digit("3"), 80, 70)
        for start, end in (((60, 60), (150, 140)), ((150, 62), (62, 138)), ((55, 100), (155, 98))):
            cv2.line(ink, start, end, 1.0, 6, cv2.LINE_AA)
    elif what == "house":
        cv2.polylines(ink, [np.array([[50, 100], [100, 45], [150, 100]])], False, 1.0, 6, cv2.LINE_AA)
        cv2.rectangle(ink, (60, 100), (140, 160), 1.0, 6)
        cv2.rectangle(ink, (90, 125), (112, 160), 1.0, 5)
    elif what == "face":
        cv2.circle(ink, (100, 100), 55, 1.0, 5, cv2.LINE_AA)
        cv2.ellipse(ink, (100, 110), (28, 20), 0, 10, 170, 1.0, 5, cv2.LINE_AA)
        for x in (80, 120):
            cv2.circle(ink, (x, 85), 6, 1.0, -1, cv2.LINE_AA)
    elif what == "dash":
        cv2.line(ink, (60, 100), (140, 98), 1.0, 9, cv2.LINE_AA)
    else:
        cv2.circle(ink, (100, 100), 6, 1.0, -1, cv2.LINE_AA)
    assert is_rejected(render(ink), layout=layout)


@pytest.mark.parametrize("layout", ["auto", "digit", "line", "boxes", "page"])
def test_an_empty_sheet_with_rules_and_shading_is_blank(layout: str) -> None:
    paper = np.full((240, 320), 235, np.float32) * np.linspace(1, 0.75, 320, dtype=np.float32)
    paper[50::60] *= 0.75
    reading = reader().read(paper.astype(np.uint8), layout=layout)
    assert {each.rejected for each in reading.digits} <= {"blank"}


@pytest.mark.parametrize("text", ["2", "4", "9"])
def test_strokes_of_neighbours_at_the_edge_are_ignored(text: str) -> None:
    ink = write(text)
    eight = digit("8")
    paste(ink, eight[:, -14:], 0, 58)
    paste(ink, eight[:, :12], ink.shape[1] - 12, 62)
    assert read_text(render(ink), layout="digit") == text
