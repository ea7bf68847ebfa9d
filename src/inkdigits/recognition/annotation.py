"""Draw a reading: boxes and labels in the picture, and the digit images below it, for error analysis."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkdigits.errors import OutputError
from inkdigits.files.storage import write_bytes
from inkdigits.pictures.io.decode import Picture
from inkdigits.recognition.reading import Digit, Number, Reading

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

LONGEST_SIDE = 1600
"""Greatest longer side of the picture in the drawing, in pixels; larger pictures are reduced."""

SHORTEST_SIDE = 320
"""Least longer side of the picture in the drawing, in pixels; smaller pictures are enlarged by an integer factor."""

MOST_DIGITS = 400
"""Greatest number of digits whose 28 x 28 images are drawn."""

ACCEPTED, REFUSED, BLANK = (0, 110, 60), (200, 30, 30), (110, 110, 110)
"""Colours of the boxes and labels of accepted, rejected and blank digits, RGB."""

_CELLS = (60, 90, 200)
"""Colour of the frames of grid rows and table cells, RGB."""

_PAPER, _INK, _FAINT = (255, 255, 255), (20, 20, 20), (110, 110, 110)
_MARGIN = 12
_TILE = 84  # side of a digit image in the drawing, in pixels: 28 x 3
_CELL_WIDTH, _CELL_HEIGHT = 120, _TILE + 56
_HEADING = 30
_REASONS = {"not_a_digit": "not a digit"}


def write_annotation(picture: Picture, reading: Reading, path: Path) -> None:
    """Write a drawing of a reading: boxes and labels in the picture, and the digit images of each number below it.

    Parameters
    ----------
    picture
        The decoded picture.
    reading
        Its reading.
    path
        The file to write; Pillow chooses the format by the suffix.

    Raises
    ------
    OutputError
        If the file cannot be written, or its suffix is not that of a picture format.
    """
    write_bytes(path, encode_annotation(picture, reading, path.suffix))


def encode_annotation(picture: Picture, reading: Reading, suffix: str) -> bytes:
    """Draw a reading, and encode the drawing.

    Parameters
    ----------
    picture, reading
        As of `write_annotation`.
    suffix
        Suffix of the file; Pillow chooses the format by it.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    OutputError
        If the suffix is not that of a picture format.
    """
    file = io.BytesIO()
    file.name = f"drawing{suffix}"
    try:
        draw_annotation(picture, reading).save(file)  # writes: to memory
    except ValueError as error:
        raise OutputError(
            f"cannot write the drawing: expected the suffix of a picture format, such as .png, but got "
            f"{suffix or 'none'}"
        ) from error
    return file.getvalue()


def draw_annotation(picture: Picture, reading: Reading) -> "Image.Image":
    """Draw a reading; see `write_annotation`.

    Returns
    -------
    PIL.Image.Image
        RGB.
    """
    from PIL import Image, ImageDraw

    overview = _draw_overview(picture, reading)
    drawn, n_remaining = [], MOST_DIGITS
    for number in reading.numbers:
        if n_remaining > 0:
            drawn.append((number, number.digits[:n_remaining]))
            n_remaining -= len(number.digits)
    width = max(overview.width, 4 * _CELL_WIDTH) + 2 * _MARGIN
    columns = (width - 2 * _MARGIN) // _CELL_WIDTH
    heights = [_HEADING + -(-len(digits) // columns) * _CELL_HEIGHT for _, digits in drawn]
    n_omitted = len(reading.digits) - sum(len(digits) for _, digits in drawn)
    height = overview.height + sum(heights) + 3 * _MARGIN + (_HEADING if n_omitted else 0)
    sheet = Image.new("RGB", (width, height), _PAPER)
    sheet.paste(overview, (_MARGIN, _MARGIN))
    pen = ImageDraw.Draw(sheet)
    top = overview.height + 2 * _MARGIN
    for (number, digits), needed in zip(drawn, heights, strict=True):
        _draw_heading(pen, number, top)
        for place, digit in enumerate(digits):
            row, column = divmod(place, columns)
            corner = _MARGIN + column * _CELL_WIDTH, top + _HEADING + row * _CELL_HEIGHT
            _draw_digit(sheet, pen, digit, corner)
        top += needed
    if n_omitted:
        pen.text((_MARGIN, top), f"and {n_omitted} digits more", _FAINT, _load_font(16))
    return sheet


def _draw_overview(picture: Picture, reading: Reading) -> "Image.Image":
    """Draw the picture, reduced or enlarged, with the boxes and labels of its digits."""
    from PIL import Image, ImageDraw

    given_width, given_height = picture.given_size
    longest = max(given_width, given_height)
    scale = 1.0
    if longest > LONGEST_SIDE:
        scale = LONGEST_SIDE / longest
    elif longest < SHORTEST_SIDE:
        scale = float(-(-SHORTEST_SIDE // longest))
    size = max(1, round(given_width * scale)), max(1, round(given_height * scale))
    method = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    scaled = Image.fromarray(picture.pixels).convert("RGB").resize(size, method)
    overview = Image.new("RGB", (size[0], size[1] + _HEADING), _PAPER)  # with space for the labels above
    overview.paste(scaled, (0, _HEADING))
    pen = ImageDraw.Draw(overview)
    pen.rectangle((0, _HEADING, size[0] - 1, size[1] + _HEADING - 1), None, _FAINT)
    for number in reading.numbers:
        if number.row is not None:  # each row of a grid, or each cell of a table
            x, y, width, height = (round(value * scale) for value in number.box)
            frame = max(0, x - 5), max(0, y - 5) + _HEADING, x + width + 4, y + height + 4 + _HEADING
            pen.rectangle(frame, None, _CELLS, 1)
    for digit in reading.digits:
        x, y, width, height = (round(value * scale) for value in digit.box)
        # Two pixels outside the ink, clipped to the picture.
        box = (
            max(0, x - 2),
            max(0, y - 2) + _HEADING,
            min(size[0] - 1, x + max(1, width) + 1),
            min(size[1] - 1, y + max(1, height) + 1) + _HEADING,
        )
        pen.rectangle(box, None, _choose_colour(digit), 2)
        _draw_label(pen, digit, box, size[0])
    return overview


def _draw_label(
    pen: "ImageDraw.ImageDraw", digit: Digit, box: tuple[int, int, int, int], picture_width: int
) -> None:
    """Draw the label above the box, with the confidence if that fits within the width of the box."""
    width = box[2] - box[0]
    font = _load_font(min(22, max(13, (box[3] - box[1]) // 5)))
    full, short = f"{_format_label(digit)} {digit.confidence:.0%}", _format_label(digit)
    alone = width > picture_width // 4
    text = full if alone or pen.textlength(full, font) + 6 <= width else short
    _, top, _, bottom = (round(value) for value in pen.textbbox((0, 0), "0?", font))
    right, height = round(pen.textlength(text, font)), bottom - top + 5
    x, y = max(0, min(box[0], picture_width - right - 5)), box[1] - height
    pen.rectangle((x, y, x + right + 4, y + height), _choose_colour(digit))
    pen.text((x + 2, y + 2 - top), text, _PAPER, font)


def _draw_heading(pen: "ImageDraw.ImageDraw", number: Number, top: int) -> None:
    """Draw the text of a number, its confidence, its runner-up and its match in the roster."""
    font = _load_font(18)
    text = f"{number.text}   {number.confidence:.1%}{_format_table_position(number)}"
    pen.text((_MARGIN, top), text, _INK, font)
    notes = []
    if number.runner_up is not None:
        notes.append(f"runner-up {number.runner_up[0]}   {number.runner_up[1]:.1%}")
    if number.match is not None:
        match = number.match
        notes.append(
            f"in the roster: {match.text}   {match.posterior:.1%}" if match.in_list else "not in the roster"
        )
    after = _MARGIN + round(pen.textlength(text, font)) + 24
    pen.text((after, top + 3), "      ".join(notes), _FAINT, _load_font(15))


def _format_table_position(number: Number) -> str:
    """Format the row and column of a number, counted from 1; empty outside forms, grids and tables."""
    if number.row is None:
        return ""
    return f"   row {number.row + 1}" + ("" if number.column is None else f", column {number.column + 1}")


def _draw_digit(
    sheet: "Image.Image", pen: "ImageDraw.ImageDraw", digit: Digit, corner: tuple[int, int]
) -> None:
    """Draw one digit image, with its label, confidence, reason of rejection and two alternatives."""
    from PIL import Image

    x, y = corner
    colour = _choose_colour(digit)
    if digit.image is None:
        pen.text((x + 20, y + _TILE // 2 - 10), "no ink", _FAINT, _load_font(15))
    else:
        scaled = Image.fromarray(np.asarray(digit.image)).resize((_TILE, _TILE), Image.Resampling.NEAREST)
        sheet.paste(scaled.convert("RGB"), (x, y))
    pen.rectangle((x - 2, y - 2, x + _TILE + 1, y + _TILE + 1), None, colour, 2)
    label_text = "_" if digit.label is None else str(digit.label)
    pen.text((x, y + _TILE + 4), f"{label_text}  {digit.confidence:.1%}", colour, _load_font(16))
    if digit.rejected is not None:
        reason = _REASONS.get(digit.rejected, digit.rejected)
        pen.text((x, y + _TILE + 22), reason, colour, _load_font(14))
    others = "  ".join(f"{label} {probability:.1%}" for label, probability in digit.alternatives[:2])
    pen.text((x, y + _TILE + (38 if digit.rejected else 24)), others, _FAINT, _load_font(12))


def _format_label(digit: Digit) -> str:
    """Format the label of a digit, with a question mark if it is rejected."""
    return digit.character if digit.rejected is None or digit.label is None else f"{digit.label}?"


def _choose_colour(digit: Digit) -> tuple[int, int, int]:
    if digit.label is None:
        return BLANK
    return ACCEPTED if digit.rejected is None else REFUSED


def _load_font(size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)
