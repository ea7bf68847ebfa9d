import cv2
import numpy as np

from inkdigits.pictures.boxes.frames import Row
from inkdigits.pictures.boxes.print_removal import have_printed_sides


def test_strokes_in_a_row_are_not_print() -> None:
    mask = np.zeros((120, 420), np.uint8)
    for x in range(20, 380, 60):  # the arcs of 2s on a line, as wide as pen strokes
        cv2.ellipse(mask, (x + 22, 40), (20, 20), 0, 150, 390, 1, 8)
        cv2.line(mask, (x + 36, 52), (x, 92), 1, 8)
        cv2.line(mask, (x, 94), (x + 62, 94), 1, 8)
    row = Row(
        np.array([[x, x + 60] for x in range(20, 380, 60)], float),
        np.full(6, 22.0),
        np.full(6, 94.0),
        False,
        0.8,
        72.0,
    )
    assert not have_printed_sides(mask, [row])
    boxes = np.zeros_like(mask)
    for x in range(20, 380, 60):
        cv2.rectangle(boxes, (x, 22), (x + 60, 94), 1, 2)
    assert have_printed_sides(boxes, [row])
    assert have_printed_sides(np.maximum(mask, boxes), [row])
