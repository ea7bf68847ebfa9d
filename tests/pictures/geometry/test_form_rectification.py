"""Rectification of a form by its own lines."""

import cv2
import numpy as np
import pytest

from inkdigits.pictures.geometry.form_rectification import estimate_rectification, fit_view

SIZE = 400


def draw_form(homography: np.ndarray) -> np.ndarray:
    """Return the lines of a form, ``uint8`` (400, 400), after a homography about its centre."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for place in (100, 160, 220, 300):
        for line in ([[100, place], [300, place]], [[place, 100], [place, 300]]):
            points = np.array([line], np.float64) - SIZE / 2
            (start, end) = cv2.perspectiveTransform(points, homography)[0] + SIZE / 2
            cv2.line(mask, np.rint(start).astype(int), np.rint(end).astype(int), 1, 2)
    return mask


def measure_slopes(rectification: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """Return the slopes of four lines of the form in the rectified view, at two heights and in two columns."""
    inverse = np.linalg.inv(rectification) @ homography
    lines = np.array(
        [[[-80, -80], [80, -80]], [[-80, 80], [80, 80]], [[-80, -80], [-80, 80]], [[80, -80], [80, 80]]]
    )
    mapped = cv2.perspectiveTransform(lines.reshape(1, -1, 2).astype(np.float64), inverse).reshape(4, 2, 2)
    steps = mapped[:, 1] - mapped[:, 0]
    return np.append(steps[:2, 1] / steps[:2, 0], steps[2:, 0] / steps[2:, 1])


@pytest.mark.parametrize(
    "homography",
    [
        np.eye(3),
        np.array([[0.9848, -0.1736, 0], [0.1736, 0.9848, 0], [0, 0, 1]]),  # 10 degrees
        np.array([[1, 0.08, 0], [0.12, 1, 0], [0, 0, 1]]),
        np.array([[1, 0, 0], [0.1, 1, 0], [2e-4, 0, 1]]),
        np.array([[1, 0, 0], [0, 1, 0], [1.5e-4, 2.5e-4, 1]]),
    ],
)
def test_the_lines_are_horizontal_and_vertical(homography: np.ndarray) -> None:
    slopes = measure_slopes(estimate_rectification(draw_form(homography)), homography)
    assert np.abs(slopes).max() < 0.012


def test_an_empty_mask_is_not_rectified() -> None:
    np.testing.assert_array_equal(estimate_rectification(np.zeros((20, 30), np.uint8)), np.eye(3))


def test_the_view_contains_the_whole_picture_at_its_zoom() -> None:
    rectification = np.array([[1, 0.05, 0], [0.1, 1, 0], [1e-4, -1e-4, 1]])
    to_picture, (width, height) = fit_view(rectification, (300, 500), 2.0)
    corners = np.array([[[0.0, 0], [500, 0], [500, 300], [0, 300]]])
    in_view = cv2.perspectiveTransform(corners, np.linalg.inv(to_picture))[0]
    assert (in_view >= 0).all()
    assert (in_view <= (width, height)).all()
    assert in_view.min() < 1
    centre = np.array([[[250.0, 150], [251, 150]]])
    (start, end) = cv2.perspectiveTransform(centre, np.linalg.inv(to_picture))[0]
    assert np.hypot(*(end - start)) == pytest.approx(2, rel=0.05)
