import cv2
import numpy as np
import pytest

from inkdigits.pictures.digits.candidates import find_candidates


def is_near(box: tuple[int, ...], other: tuple[int, ...], slack: int) -> bool:
    return all(abs(a - b) <= slack for a, b in zip(box, other, strict=True))


@pytest.mark.parametrize("inverted", [False, True])
def test_clear_picture_has_one_candidate(two: np.ndarray, inverted: bool) -> None:
    picture = cv2.copyMakeBorder(two if inverted else 255 - two, 30, 30, 30, 30, cv2.BORDER_REPLICATE)
    (found,) = find_candidates(picture)
    x, y, width, height = cv2.boundingRect(two)
    assert found.box == (x + 30, y + 30, width, height)


def test_digit_in_a_box_has_a_candidate_without_the_box(two: np.ndarray) -> None:
    picture = 255 - two
    cv2.rectangle(picture, (4, 4), (155, 195), 0, 3)
    boxes = [each.box for each in find_candidates(picture)]
    assert any(is_near(box, cv2.boundingRect(two), 2) for box in boxes)


def test_small_digit_in_a_photo_is_found(two: np.ndarray) -> None:
    small = cv2.resize(two, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    photo = np.full((700, 900), 200.0)
    photo[300 : 300 + small.shape[0], 500 : 500 + small.shape[1]] -= 0.55 * small
    photo *= np.linspace(0.6, 1.1, 900)
    photo += np.random.default_rng(0).normal(0, 4, photo.shape)
    found = find_candidates(np.clip(photo, 0, 255).astype(np.uint8))
    x, y, width, height = cv2.boundingRect(small)
    assert is_near(found[0].box, (x + 500, y + 300, width, height), 4)


@pytest.mark.parametrize("squared", [False, True])
def test_pale_line_of_one_pixel_is_removed(two: np.ndarray, squared: bool) -> None:
    picture = np.full((200, 260), 235, np.uint8)
    if squared:
        picture[::40] = picture[:, ::40] = 165
    else:
        picture[158] = 165  # along the base of the 2
    picture[:, 50:210] = np.minimum(picture[:, 50:210], 235 - (two * 0.8).astype(np.uint8))
    x, y, width, height = cv2.boundingRect(two)
    assert any(is_near(each.box, (x + 50, y, width, height), 3) for each in find_candidates(picture))


def test_empty_sheet_has_no_candidate() -> None:
    assert find_candidates(np.full((50, 60), 240, np.uint8)) == []


@pytest.mark.parametrize("width", [2, 3, 5])
def test_thin_four_is_not_an_empty_form(width: int) -> None:
    four = np.full((160, 120), 255, np.uint8)
    for start, end in (((30, 20), (28, 85)), ((28, 85), (90, 84)), ((75, 30), (74, 145))):
        cv2.line(four, start, end, 0, width, cv2.LINE_AA)
    assert max(find_candidates(four), key=lambda each: each.weight).box[3] > 110


def test_empty_comb_and_empty_box_have_no_candidate() -> None:
    comb, box = np.full((120, 200), 250, np.uint8), np.full((160, 140), 250, np.uint8)
    cv2.polylines(comb, [np.array([[40, 60], [42, 100], [160, 101], [162, 61]])], False, 60, 3)
    cv2.rectangle(box, (25, 30), (110, 130), 60, 3)
    assert find_candidates(comb) == []
    assert find_candidates(box) == []


def test_end_of_a_line_at_the_edge_is_not_a_digit() -> None:
    sheet = np.full((300, 300), 240, np.uint8)
    cv2.line(sheet, (12, 0), (9, 40), 90, 3)
    assert find_candidates(sheet) == []
    cv2.line(sheet, (150, 60), (147, 240), 90, 6)
    assert is_near(find_candidates(sheet)[0].box, (144, 57, 9, 186), 4), "a long stroke beside it is a digit"


def test_base_of_a_triangle_is_not_a_line_of_a_form() -> None:
    sheet = np.full((200, 200), 240, np.uint8)
    cv2.polylines(sheet, [np.array([(100, 50), (60, 140), (140, 140)])], True, 30, 5, cv2.LINE_AA)
    found = find_candidates(sheet)
    assert found
    assert all(each.box[3] >= 93 and (each.image[20:] > 128).sum(axis=1).max() >= 12 for each in found)
