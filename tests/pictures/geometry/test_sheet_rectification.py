import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkdigits.pictures.digits.candidates import find_candidates
from inkdigits.pictures.geometry.sheet_rectification import _MAX_SHIFT, _fit_edges, find_sheet

CORNERS = np.array([[60, 40], [330, 60], [350, 380], [40, 350]], np.float32)


def draw_photo(two: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a photo of a sheet with a 2 on a dark desk, and the homography from the sheet to the photo."""
    sheet = np.pad(255 - two, ((50, 50), (60, 60)), constant_values=255)
    height, width = sheet.shape
    edges = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    view = cv2.getPerspectiveTransform(edges, CORNERS)
    desk = np.full((420, 400), 70.0) + np.random.default_rng(0).normal(0, 5, (420, 400))
    warped = cv2.warpPerspective(sheet, view, (400, 420), flags=cv2.INTER_AREA, borderValue=0)
    is_sheet = cv2.warpPerspective(np.full_like(sheet, 255), view, (400, 420)) > 128
    return np.clip(np.where(is_sheet, 0.85 * warped, desk), 0, 255).astype(np.uint8), view


def test_sheet_is_rectified(two: np.ndarray) -> None:
    photo, _ = draw_photo(two)
    sheet = find_sheet(photo)
    assert sheet is not None
    inked = sheet.pixels < 120
    assert not np.concatenate([inked[0], inked[-1], inked[:, 0], inked[:, -1]]).any()
    assert inked.sum() == pytest.approx((two >= 128).sum() * 1.2, rel=0.2)


def test_corners_of_a_sheet_are_found(two: np.ndarray) -> None:
    photo, _ = draw_photo(two)
    sheet = find_sheet(photo)
    assert sheet is not None
    height, width = sheet.pixels.shape
    corners = sheet.to_picture.map_points(np.array([[0, 0], [width, 0], [width, height], [0, height]], float))
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    np.testing.assert_allclose(corners, CORNERS + inwards, atol=2.5)


def test_ink_at_the_edges_does_not_hide_a_sheet(two: np.ndarray) -> None:
    photo, view = draw_photo(two)
    height, width = two.shape[0] + 100, two.shape[1] + 120
    strokes = np.zeros((height, width), np.uint8)
    for x in range(20, width, 60):
        cv2.line(strokes, (x, 0), (x, height), 255, 5)
    photo[cv2.warpPerspective(strokes, view, photo.shape[::-1]) > 128] = 60
    sheet = find_sheet(photo)
    assert sheet is not None
    corner = sheet.to_picture.map_points(np.zeros((1, 2)))[0]
    np.testing.assert_allclose(corner, CORNERS[0], atol=4)


@given(
    hnp.arrays(np.float64, (4, 2), elements=st.integers(0, 199)),
    hnp.arrays(np.float64, st.tuples(st.integers(1, 60), st.just(2)), elements=st.integers(0, 199)),
)
def test_fitted_corners_are_near_those_known_before(corners: np.ndarray, outline: np.ndarray) -> None:
    assume((np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1) > 0).all())
    fitted = _fit_edges(corners, outline)
    assert (np.linalg.norm(fitted - corners, axis=1) <= _MAX_SHIFT).all()


def test_edges_with_bites_are_fitted() -> None:
    corners = np.array([[20, 20], [120, 20], [120, 80], [20, 80]], float)
    along = np.linspace(0, 1, 101)[:, np.newaxis]
    outline = np.concatenate(
        [a + along * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    )
    outline[30:40, 1] += 2.5
    fitted = _fit_edges(corners + np.array([[1, 1], [-2, 1], [-1, -1], [2, -2]]), outline)
    np.testing.assert_allclose(fitted, corners, atol=0.5)


def test_box_of_a_digit_on_a_sheet_is_in_pixels_of_the_photo(two: np.ndarray) -> None:
    photo, view = draw_photo(two)
    x, y, width, height = cv2.boundingRect(two)
    corners = np.array([[[x + 60, y + 50], [x + 60 + width, y + 50 + height]]], np.float32)
    (left, top), (right, bottom) = cv2.perspectiveTransform(corners, view)[0]
    found = find_candidates(photo)[0].box
    assert abs(found[0] - left) < 15
    assert abs(found[1] - top) < 15
    assert abs(found[0] + found[2] - right) < 15
    assert abs(found[1] + found[3] - bottom) < 15


def test_empty_sheet_on_a_desk_has_no_candidate(two: np.ndarray) -> None:
    photo, _ = draw_photo(np.zeros_like(two))
    assert find_candidates(photo) == []


def test_digit_is_not_a_sheet(two: np.ndarray) -> None:
    bar = np.zeros((120, 100), np.uint8)
    bar[20:100, 40:60] = 255
    for picture in (two, 255 - two, bar, 255 - bar, np.zeros((80, 80), np.uint8)):
        assert find_sheet(picture) is None
