"""Reading of pages: detector, layouts, numbers and constraints, on pictures that an input draws."""

import functools
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fuzz.targets.target import Target
from inkdigits.choices import INKS, LAYOUTS
from inkdigits.recognition.reader import Reader

_MAX_SIDE = 256
"""Longer side of a picture, in pixels: a form of three rows fits."""

_BYTES_PER_MARK = 7
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@functools.cache
def _get_reader() -> Reader:
    return Reader(n_threads=1)


def run(data: bytes) -> None:
    """Draw a picture, read it, and check the reading."""
    options, picture = build_picture(data)
    given = picture.copy()
    reading = _get_reader().read(picture, **options)
    assert np.array_equal(picture, given), "the picture was changed"
    assert reading.numbers, "the reading has no number"
    width, height = reading.size
    assert (height, width) == picture.shape[:2]
    for number in reading.numbers:
        _check_share(number.confidence)
        assert number.digits, "a number has no digit"
        assert number.match is None or 0.0 <= number.match.posterior <= 1.0 + 1e-6
        for digit in number.digits:
            _check_share(digit.confidence)
            assert digit.label is None or 0 <= digit.label <= 9
            for _, probability in digit.alternatives:
                _check_share(probability)
            assert digit.box[2] >= 0
            assert digit.box[3] >= 0
        assert number.to_json()["text"] == number.text


def _check_share(value: float) -> None:
    assert 0.0 <= value <= 1.0 + 1e-6, f"a probability is {value}"


def build_picture(data: bytes) -> tuple[dict[str, Any], NDArray[np.uint8]]:
    """Build the options of `Reader.read` and a picture: seven bytes of settings, then seven for each mark drawn."""
    layout, limits, ink, height, width, paper, colour = (data + bytes(_BYTES_PER_MARK))[:_BYTES_PER_MARK]
    options: dict[str, Any] = {"layout": LAYOUTS[layout % len(LAYOUTS)], "ink": INKS[ink % len(INKS)]}
    if limits & 1:
        options["length"] = 1 + (limits >> 4)
    if limits & 2:
        options["roster"] = ["12", "345", "6789", "0"]
    if limits & 4:
        options["digits"] = [1, 7, limits >> 4] if limits < 160 else [0]
    if limits & 8:
        options["expect"] = str(limits)
    picture = np.full((1 + height * _MAX_SIDE // 256, 1 + width * _MAX_SIDE // 256), paper, np.uint8)
    for start in range(_BYTES_PER_MARK, len(data) - _BYTES_PER_MARK + 1, _BYTES_PER_MARK):
        _draw_mark(picture, data[start : start + _BYTES_PER_MARK])
    if colour & 1:
        picture = np.asarray(cv2.applyColorMap(picture, colour >> 4), np.uint8)
    return options, picture


def _draw_mark(picture: NDArray[np.uint8], mark: bytes) -> None:
    """Draw one mark: its kind, level, two corners in 256ths of the picture, and a detail."""
    kind, level, *corners, detail = mark
    height, width = picture.shape
    x0, y0, x1, y1 = (
        each * side // 256 for each, side in zip(corners, (width, height, width, height), strict=True)
    )
    thickness = 1 + detail % 6
    match kind % 8:
        case 0:
            cv2.line(picture, (x0, y0), (x1, y1), level, thickness)
        case 1:
            cv2.rectangle(picture, (x0, y0), (x1, y1), level, thickness)
        case 2:
            cv2.rectangle(picture, (x0, y0), (x1, y1), level, cv2.FILLED)
        case 3:
            cv2.ellipse(picture, (x0, y0), (x1 // 4, y1 // 4), 0, 0, 360, level, thickness)
        case 4:
            text = "0123456789.,-/x"[detail % 15] + "0123456789"[detail // 15 % 10] * (detail % 5)
            cv2.putText(picture, text, (x0, y0), _FONT, 0.3 + y1 / 100, level, 1 + x1 % 5)
        case 5:
            for part in range(2 + detail % 8):  # the lines of a grid
                at = part / (1 + detail % 8)
                x, y = round(x0 + at * (x1 - x0)), round(y0 + at * (y1 - y0))
                cv2.line(picture, (x, y0), (x, y1), level, 1)
                cv2.line(picture, (x0, y), (x1, y), level, 1)
        case 6:
            window = picture[min(y0, y1) : max(y0, y1), min(x0, x1) : max(x0, x1)]
            window[...] = np.random.default_rng(detail).integers(0, level + 1, window.shape)
        case 7:
            shade = (
                np.linspace(level / 255, detail / 255, width)
                * np.linspace(x1 / 255, y1 / 255, height)[:, None]
            )
            np.multiply(picture, shade, out=picture, casting="unsafe")


def make_seeds() -> list[bytes]:
    """Make a digit, a line of digits, a row of boxes, a grid with digits, a page of lines, and a blank page."""

    def digits(*places: tuple[int, int], scale: int = 120) -> bytes:
        return b"".join(bytes((4, 20, x, y, 2, scale, 15 * i % 150)) for i, (x, y) in enumerate(places))

    line = digits(*((20 + 45 * i, 170) for i in range(5)))
    frame = bytes((1, 0, 10, 40, 240, 220, 0))
    walls = b"".join(bytes((0, 0, x, 40, x, 220, 0)) for x in (70, 130, 190))
    page = digits(*((20 + 40 * i, 60 + 60 * j) for j in range(3) for i in range(5)), scale=60)
    grid = bytes((5, 0, 10, 10, 245, 245, 2)) + digits((30, 70), (110, 150), (190, 230), scale=90)
    return [
        bytes((0, 0, 0, 60, 60, 255, 0)) + digits((70, 220), scale=150),
        bytes((0, 1, 0, 60, 200, 240, 0)) + line,
        bytes((2, 2, 1, 60, 200, 240, 1)) + line,
        bytes((0, 0, 0, 50, 200, 255, 0))
        + frame
        + walls
        + digits((25, 180), (85, 180), (145, 180), scale=100),
        bytes((3, 4, 0, 50, 200, 255, 0)) + frame + walls + digits((25, 180), (205, 180), scale=100),
        bytes((0, 0, 0, 200, 200, 255, 0)) + grid,
        bytes((4, 8, 0, 200, 200, 230, 0)) + page,
        bytes((0, 0, 0, 200, 200, 255, 0)) + page + bytes((7, 255, 0, 0, 255, 255, 120)),
        bytes((0, 0, 2, 200, 200, 0, 0)),
        bytes((1, 0, 0, 20, 20, 255, 0)) + bytes((6, 255, 0, 0, 255, 255, 3)),
    ]


TARGET = Target(run, make_seeds, max_bytes=7 * 40, share=4.0)
