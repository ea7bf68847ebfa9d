"""Correction of the illumination: shadows and surfaces beside the paper vanish, ink stays; the polarity of symbols."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkdigits.recognition.detection.illumination import correct_illumination, has_light_ink

BOXES = np.array([[30, 20, 62, 66], [88, 20, 120, 66]], np.float32)


def draw_number(paper: float = 220, ink: float = 60) -> np.ndarray:
    picture = np.full((90, 160), paper, np.uint8)
    cv2.putText(picture, "4 7", (28, 62), cv2.FONT_HERSHEY_SIMPLEX, 1.6, ink, 4, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("edge", [40, 75, 110])
@pytest.mark.parametrize("darkness", [0.7, 0.3])
def test_a_shadow_vanishes_with_its_edge(edge: int, darkness: float) -> None:
    picture = draw_number()
    light = 1 - (1 - darkness) / (1 + np.exp((edge - np.arange(160)) / 4))
    corrected = correct_illumination((picture * light).astype(np.uint8), 40.0)
    scale = np.median(corrected) / 220
    difference = np.abs(corrected / scale - picture)
    assert (difference > 25).mean() < 0.03


def test_a_dark_surface_beside_the_paper_vanishes() -> None:
    picture = np.full((130, 200), 45, np.uint8)
    picture[20:110, 20:180] = draw_number()
    corrected = correct_illumination(picture, 40.0)
    assert np.ptp(corrected[:8].astype(int)) < 10
    assert np.median(corrected[20:110, 20:180]) == pytest.approx(np.median(corrected[:8]), abs=10)


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)), st.floats(1, 100))
def test_any_picture_keeps_its_shape(picture: np.ndarray, height: float) -> None:
    corrected = correct_illumination(picture, height)
    assert corrected.shape == picture.shape
    assert corrected.dtype == np.uint8


@pytest.mark.parametrize("darkness", [1.0, 0.4])
def test_the_polarity_of_symbols_is_known(darkness: float) -> None:
    picture = (draw_number() * np.linspace(1, darkness, 160)).astype(np.uint8)
    assert not has_light_ink(picture, BOXES)
    assert has_light_ink(255 - picture, BOXES)


def test_boxes_outside_of_the_picture_say_nothing() -> None:
    picture = 255 - draw_number()
    beyond = np.array([[-30, -30, -5, -5], [400, 0, 420, 20], [10, 10, 10, 30]], np.float32)
    assert not has_light_ink(picture, beyond)
    assert has_light_ink(picture, np.concatenate([beyond, BOXES]))
