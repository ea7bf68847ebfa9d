import cv2
import numpy as np
import pytest

from inkdigits import Reader
from inkdigits.recognition.texture import is_filled, is_lost, is_piece


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def fur(rng: np.random.Generator) -> np.ndarray:
    noise = cv2.GaussianBlur(rng.normal(0, 1, (240, 240)).astype(np.float32), (0, 0), sigmaX=2, sigmaY=14)
    return np.clip(130 + 60 * noise / noise.std(), 0, 255).astype(np.uint8)


def planks(rng: np.random.Generator) -> np.ndarray:
    down, across = np.indices((240, 240))
    bend = 12 * cv2.GaussianBlur(rng.normal(0, 12, (240, 240)).astype(np.float32), (0, 0), 20)
    return np.clip(150 + 50 * np.sin(across / 4 + bend / 4 + 0.3 * np.sin(down / 40)), 0, 255).astype(
        np.uint8
    )


def leaves(rng: np.random.Generator) -> np.ndarray:
    picture = np.full((240, 240), 60, np.uint8)
    for _ in range(160):
        centre = tuple(int(value) for value in rng.uniform(0, 240, 2))
        cv2.ellipse(picture, centre, (14, 6), rng.uniform(0, 180), 0, 360, int(rng.uniform(90, 200)), -1)
    return picture


def specks(rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random((240, 240)) < 0.05, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("drawn", [fur, planks, leaves, specks])
@pytest.mark.parametrize("layout", ["auto", "digit"])
def test_no_digit_is_accepted_in_a_pattern(reader: Reader, drawn: object, layout: str) -> None:
    assert callable(drawn)
    for seed in range(4):
        reading = reader.read(drawn(np.random.default_rng(seed)), layout=layout)
        assert all(digit.rejected is not None for digit in reading.digits), (seed, reading.text)


def test_stripes_that_go_on_beyond_the_picture_fill_it_and_a_row_of_thick_ones_does_not() -> None:
    stripes = np.zeros((200, 200), np.uint8)
    stripes[:, ::20] = stripes[:, 1::20] = stripes[:, 2::20] = 255
    stripes = cv2.dilate(stripes, np.ones((1, 9)))
    assert is_filled(stripes)
    inside = np.zeros_like(stripes)
    inside[15:185, 15:185] = stripes[15:185, 15:185]
    assert not is_filled(inside), "writing ends before the edges"
    alone = np.zeros_like(stripes)
    alone[:, :80] = 255
    assert not is_filled(alone), "a single part is no pattern"


def test_one_of_many_specks_is_lost_and_a_digit_among_dust_is_not() -> None:
    ink = np.zeros((200, 200), np.uint8)
    ink[10::20, 10::20] = ink[11::20, 10::20] = 255
    assert is_lost(ink, (8, 8, 13, 13))
    ink[60:140, 96:104] = 255
    assert not is_lost(ink, (96, 60, 104, 140))


def test_the_tip_of_a_wave_is_a_piece_of_it_and_a_digit_that_touches_a_line_is_none() -> None:
    ink = np.zeros((200, 200), np.uint8)
    across = np.arange(20, 180)
    wave = np.stack([across, 100 + 50 * np.sin(across / 8)], axis=1).astype(np.int32)
    cv2.polylines(ink, [wave], False, 255, 4)
    assert is_piece(ink, (20, 50, 45, 155))
    assert not is_piece(ink, (18, 40, 182, 160))
    ink = np.zeros_like(ink)
    cv2.ellipse(ink, (100, 90), (25, 45), 0, 0, 360, 255, 8)
    cv2.line(ink, (40, 135), (160, 135), 255, 3)
    assert not is_piece(ink, (71, 41, 129, 139))
