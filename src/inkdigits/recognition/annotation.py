"""A drawing of what was found in a picture and of what the network saw, to find out what went wrong."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkdigits.pictures.io.decode import Picture
from inkdigits.recognition.reading import Digit, Number, Reading
from inkdigits.storage import write_whole

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

LONGEST_SIDE = 1600
"""Of the picture within the drawing, in pixels; larger ones are scaled down."""

SHORTEST_SIDE = 320
"""Of the picture's longer side within the drawing; smaller ones are enlarged, pixel by pixel."""

MOST_DIGITS = 400
"""Digits whose 28x28 images are drawn."""

ACCEPTED, REFUSED, BLANK = (0, 110, 60), (200, 30, 30), (110, 110, 110)
"""Colours of boxes and labels, RGB."""

_CELLS = (60, 90, 200)
"""Colour of the rows of a grid and the cells of a table, RGB."""

_PAPER, _INK, _FAINT = (255, 255, 255), (20, 20, 20), (110, 110, 110)
_MARGIN = 12
_TILE = 84  # a 28x28 image, enlarged three times
_CELL_WIDTH, _CELL_HEIGHT = 120, _TILE + 56
_HEADING = 30
_REASONS = {"not_a_digit": "not a digit"}


def write_annotation(picture: Picture, reading: Reading, path: Path) -> None:
    """Draw the boxes and labels into the picture, and below it the digit images, number by number.

    Parameters
    ----------
    picture
        What was read.
    reading
        What was read of it.
    path
        The file to write, PNG or another format that Pillow tells by its ending.

    Raises
    ------
    OutputError
        If the file cannot be written, or its ending names no format.
    """
    image = draw_annotation(picture, reading)
    with write_whole(path) as temporary:
        try:
            image.save(temporary)
        except ValueError as error:
            raise OSError(0, f"{path.suffix or 'no ending'} names no format of pictures, use .png") from error


def draw_annotation(picture: Picture, reading: Reading) -> "Image.Image":
    """Return the drawing that `draw` writes, RGB."""
    from PIL import Image, ImageDraw

    overview = _draw_overview(picture, reading)
    shown, n_left = [], MOST_DIGITS
    for number in reading.numbers:
        if n_left > 0:
            shown.append((number, number.digits[:n_left]))
            n_left -= len(number.digits)
    width = max(overview.width, 4 * _CELL_WIDTH) + 2 * _MARGIN
    columns = (width - 2 * _MARGIN) // _CELL_WIDTH
    heights = [_HEADING + -(-len(digits) // columns) * _CELL_HEIGHT for _, digits in shown]
    left_out = len(reading.digits) - sum(len(digits) for _, digits in shown)
    height = overview.height + sum(heights) + 3 * _MARGIN + (_HEADING if left_out else 0)
    sheet = Image.new("RGB", (width, height), _PAPER)
    sheet.paste(overview, (_MARGIN, _MARGIN))
    pen = ImageDraw.Draw(sheet)
    top = overview.height + 2 * _MARGIN
    for (number, digits), needed in zip(shown, heights, strict=True):
        _draw_heading(pen, number, top)
        for place, digit in enumerate(digits):
            row, column = divmod(place, columns)
            corner = _MARGIN + column * _CELL_WIDTH, top + _HEADING + row * _CELL_HEIGHT
            _draw_digit(sheet, pen, digit, corner)
        top += needed
    if left_out:
        pen.text((_MARGIN, top), f"and {left_out} digits more", _FAINT, _load_font(16))
    return sheet


def _draw_overview(picture: Picture, reading: Reading) -> "Image.Image":
    """Return the picture in a size that can be looked at, with its boxes and labels."""
    from PIL import Image, ImageDraw

    given_width, given_height = picture.given_size
    longest = max(given_width, given_height)
    scale = 1.0
    if longest > LONGEST_SIDE:
        scale = LONGEST_SIDE / longest
    elif longest < SHORTEST_SIDE:
        scale = float(-(-SHORTEST_SIDE // longest))
    size = max(1, round(given_width * scale)), max(1, round(given_height * scale))
    how = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    enlarged = Image.fromarray(picture.pixels).convert("RGB").resize(size, how)
    overview = Image.new("RGB", (size[0], size[1] + _HEADING), _PAPER)  # with room for the topmost labels
    overview.paste(enlarged, (0, _HEADING))
    pen = ImageDraw.Draw(overview)
    pen.rectangle((0, _HEADING, size[0] - 1, size[1] + _HEADING - 1), None, _FAINT)
    for number in reading.numbers:
        if number.row is not None:  # of a grid or a table each row, or each cell
            x, y, width, height = (round(value * scale) for value in number.box)
            frame = max(0, x - 5), max(0, y - 5) + _HEADING, x + width + 4, y + height + 4 + _HEADING
            pen.rectangle(frame, None, _CELLS, 1)
    for digit in reading.digits:
        x, y, width, height = (round(value * scale) for value in digit.box)
        # Around the ink, not over it; at the picture's edges inside it.
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
    """Write the label above the box; with the confidence, where that reaches into no neighbour."""
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
    """Write a number with its confidence and its runner-up."""
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
    """Name the row and column of a number, counted from 1 as people do."""
    if number.row is None:
        return ""
    return f"   row {number.row + 1}" + ("" if number.column is None else f", column {number.column + 1}")


def _draw_digit(
    sheet: "Image.Image", pen: "ImageDraw.ImageDraw", digit: Digit, corner: tuple[int, int]
) -> None:
    """Draw one digit image with what the network made of it."""
    from PIL import Image

    x, y = corner
    colour = _choose_colour(digit)
    if digit.image is None:
        pen.text((x + 20, y + _TILE // 2 - 10), "no ink", _FAINT, _load_font(15))
    else:
        enlarged = Image.fromarray(np.asarray(digit.image)).resize((_TILE, _TILE), Image.Resampling.NEAREST)
        sheet.paste(enlarged.convert("RGB"), (x, y))
    pen.rectangle((x - 2, y - 2, x + _TILE + 1, y + _TILE + 1), None, colour, 2)
    guess = "_" if digit.label is None else str(digit.label)
    pen.text((x, y + _TILE + 4), f"{guess}  {digit.confidence:.1%}", colour, _load_font(16))
    if digit.rejected is not None:
        reason = _REASONS.get(digit.rejected, digit.rejected)
        pen.text((x, y + _TILE + 22), reason, colour, _load_font(14))
    others = "  ".join(f"{label} {probability:.1%}" for label, probability in digit.alternatives[:2])
    pen.text((x, y + _TILE + (38 if digit.rejected else 24)), others, _FAINT, _load_font(12))


def _format_label(digit: Digit) -> str:
    """Return what is read of a digit: the guess stays visible where it is refused."""
    return digit.character if digit.rejected is None or digit.label is None else f"{digit.label}?"


def _choose_colour(digit: Digit) -> tuple[int, int, int]:
    if digit.label is None:
        return BLANK
    return ACCEPTED if digit.rejected is None else REFUSED


def _load_font(size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)
