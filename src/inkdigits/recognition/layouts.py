"""Several digits in one picture: lines, pages and boxes, and which of them a picture is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser
from inkdigits.pictures.cells import find_cells, thin_dark
from inkdigits.pictures.ink import find_ink
from inkdigits.pictures.lines import Strip, find_strips
from inkdigits.pictures.normalise import normalise
from inkdigits.pictures.rules import without_rules
from inkdigits.recognition import rejection
from inkdigits.recognition.card import ModelCard
from inkdigits.recognition.lattice import Lattice, read_strips
from inkdigits.recognition.reading import Box, Digit, Number

LAYOUTS = ("auto", "digit", "line", "boxes", "page")


@dataclass(frozen=True)
class Page:
    """A picture's ink, ready to be read as lines."""

    ink: NDArray[np.uint8]
    scale: tuple[float, float]


def read_lines(
    pixels: NDArray[np.uint8],
    scale: tuple[float, float],
    recogniser: Recogniser,
    card: ModelCard,
    layout: str,
    length: int | None,
) -> list[Number]:
    ink = clean_ink(pixels)
    strips = find_strips(ink, one_line=layout == "line", one_number=layout == "line" and length is not None)
    lattices = read_strips([(strip.ink, strip.height) for strip in strips], recogniser, length)
    numbers = []
    for strip, lattice in zip(strips, lattices, strict=True):
        number = number_of(strip, lattice, card, scale)
        if number is not None:
            numbers.append(number)
    return numbers


def clean_ink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ink = find_ink(pixels, None, 0.16).map
    height, width = ink.shape
    cleaned = without_rules(ink, int(0.5 * width), int(0.7 * height))
    return ink if cleaned is None else cleaned.ink


def number_of(strip: Strip, lattice: Lattice, card: ModelCard, scale: tuple[float, float]) -> Number | None:
    """Make a number of the best path of a lattice; None where there is none."""
    if not lattice.paths:
        return None
    best = lattice.paths[0]
    digits = tuple(
        digit_of(
            lattice.scores.probabilities[index],
            float(lattice.scores.is_digit[index]),
            scaled(strip.on_map(lattice.boxes[index]), scale),
            lattice.images[index],
            card,
            lattice.boxes[index][2:],
        )
        for index in best.candidates
    )
    texts = lattice.texts()
    text = best.text(digit.character for digit in digits)
    guess = best.text(str(digit.label) for digit in digits)
    probabilities = dict(texts)
    others = [each for each in texts if each[0] != guess]
    return Number(
        text,
        digits,
        min(1.0, probabilities.get(guess, 0.0)),
        around([digit.box for digit in digits]),
        others[0] if others else None,
    )


def digit_of(
    probabilities: NDArray[np.float32],
    is_digit: float,
    box: Box,
    image: NDArray[np.uint8],
    card: ModelCard,
    size: tuple[int, int],
) -> Digit:
    values: list[float] = probabilities.tolist()
    ranked = sorted(range(len(values)), key=values.__getitem__, reverse=True)
    label = ranked[0]
    return Digit(
        label,
        values[label],
        box,
        tuple((other, values[other]) for other in ranked[1:]),
        rejection.reason_to_refuse(card, values[label], is_digit, size),
        image,
    )


def scaled(box: Box, scale: tuple[float, float]) -> Box:
    x, y, width, height = box
    return (
        round(x * scale[0]),
        round(y * scale[1]),
        max(1, round(width * scale[0])),
        max(1, round(height * scale[1])),
    )


def around(boxes: list[Box]) -> Box:
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def read_boxes(
    pixels: NDArray[np.uint8],
    scale: tuple[float, float],
    recogniser: Recogniser,
    card: ModelCard,
    length: int | None = None,
) -> list[Number]:
    """Read one digit a cell; each row of cells is a number. Empty where there are no cells."""
    cells = find_cells(find_ink(pixels, False, 0.16).map, thin_dark(pixels))
    if not cells:
        reversed_pixels = 255 - pixels
        cells = find_cells(find_ink(reversed_pixels, False, 0.16).map, thin_dark(reversed_pixels))
    if not cells:
        return []
    images = [normalise(cell.ink) for cell in cells if cell.ink is not None]
    scores = recogniser.score(np.stack(images) if images else np.zeros((0, 28, 28), np.uint8))
    digits: list[Digit] = []
    place = 0
    for cell in cells:
        box = scaled(cell.box, scale)
        if cell.ink is None:
            digits.append(Digit(None, 1.0, box, (), rejection.BLANK))
            continue
        digits.append(
            digit_of(
                scores.probabilities[place],
                float(scores.is_digit[place]),
                box,
                images[place],
                card,
                cell.box[2:],
            )
        )
        place += 1
    numbers = []
    for row in sorted({cell.row for cell in cells}):
        own = tuple(digit for digit, cell in zip(digits, cells, strict=True) if cell.row == row)
        numbers.append(_number_of_cells(own))
    return numbers


def _number_of_cells(digits: tuple[Digit, ...]) -> Number:
    """Make a number of the cells of a row, with the likeliest other reading beside it."""
    text = "".join(digit.character for digit in digits)
    confidence = float(np.prod([digit.confidence for digit in digits if digit.label is not None]))
    best: tuple[str, float] | None = None
    for place, digit in enumerate(digits):
        if digit.label is None or not digit.alternatives:
            continue
        label, probability = digit.alternatives[0]
        share = confidence * probability / max(digit.confidence, 1e-9)
        if best is None or share > best[1]:
            best = (text[:place] + str(label) + text[place + 1 :], share)
    return Number(text, digits, confidence, around([digit.box for digit in digits]), best)
