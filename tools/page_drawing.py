"""Draws digits on the page with the mouse, as a person does: for the tests of the page and for its screenshot."""

import math

from playwright.sync_api import Page

Stroke = list[tuple[float, float]]
"""Points of one line of the pen: x to the right and y down, 0 to 1 of the width and the height of a digit."""


def _arc(x: float, y: float, width: float, height: float, begin: float, end: float, n: int = 14) -> Stroke:
    """Return a part of an ellipse around a point; angles in degrees, clockwise from the right."""
    angles = [math.radians(begin + (end - begin) * step / n) for step in range(n + 1)]
    return [(x + width * math.cos(angle), y + height * math.sin(angle)) for angle in angles]


STROKES: dict[str, list[Stroke]] = {
    "0": [_arc(0.5, 0.5, 0.42, 0.5, -80, 280, 20)],
    "1": [[(0.25, 0.25), (0.4, 0.14), (0.55, 0.02), (0.54, 0.35), (0.53, 0.7), (0.52, 1.0)]],
    "2": [[*_arc(0.48, 0.28, 0.38, 0.28, 190, 370), (0.5, 0.68), (0.1, 0.98), (0.5, 0.97), (0.95, 0.96)]],
    "3": [_arc(0.42, 0.26, 0.36, 0.26, 200, 440) + _arc(0.42, 0.74, 0.42, 0.26, -85, 150)],
    "4": [
        [(0.58, 0.0), (0.32, 0.31), (0.06, 0.62), (0.5, 0.61), (0.95, 0.6)],
        [(0.68, 0.32), (0.67, 0.66), (0.66, 1.0)],
    ],
    "7": [[(0.05, 0.06), (0.5, 0.05), (0.92, 0.03), (0.66, 0.5), (0.4, 1.0)]],
    "8": [
        [
            (0.5 + 0.36 * math.sin(step * math.pi / 7), 0.5 - 0.5 * math.cos(step * math.pi / 14))
            for step in range(29)
        ]
    ],
    "9": [[*_arc(0.46, 0.3, 0.36, 0.3, -10, -370, 18), (0.78, 0.6), (0.72, 1.0)]],
}
"""The strokes of the digits; 5 and 6 are not needed."""

SCRIBBLE: list[Stroke] = [[(0.05 + 0.9 * step / 13, (0.85, 0.15)[step % 2]) for step in range(14)]]
"""A line up and down, which is not a digit."""


def draw_strokes(page: Page, strokes: list[Stroke], x: float, y: float, width: float, height: float) -> None:
    """Draw strokes with the mouse.

    Parameters
    ----------
    page
        The open page.
    strokes
        The strokes.
    x, y, width, height
        Their place on the sheet, in CSS pixels from its upper left corner.
    """
    sheet = page.locator("#sheet").bounding_box()
    assert sheet is not None, "the sheet is visible"
    for stroke in strokes:
        points = [(sheet["x"] + x + width * u, sheet["y"] + y + height * v) for u, v in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def draw_number(page: Page, number: str, x: float, y: float, height: float) -> None:
    """Draw a number with the mouse, from a place on the sheet in CSS pixels; its digits are 0.62 as wide as high."""
    width = 0.62 * height
    for digit in number:
        draw_strokes(page, STROKES[digit], x, y, width, height)
        x += 1.35 * width
