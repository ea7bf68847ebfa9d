"""Decoding of the detector's output: the output of a perfect network decodes to the symbols of its window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.recognition.detection.detections import (
    Detections,
    fuse_detections,
    merge_detections,
    suppress_duplicates,
)
from inkdigits.recognition.detection.symbols import N_SYMBOLS


def make_detections(boxes: list[list[float]], presence: list[float]) -> Detections:
    n = len(boxes)
    classes = np.full((n, N_SYMBOLS), 1 / N_SYMBOLS, np.float32)
    return Detections(
        np.array(presence, np.float32),
        classes,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.zeros(n, np.float32),
        np.zeros((n, 4), np.float32),
    )


def test_the_less_probable_of_two_boxes_of_one_symbol_is_suppressed() -> None:
    found = suppress_duplicates(
        make_detections([[0, 0, 20, 24], [2, 0, 20, 24], [30, 0, 45, 24]], [0.6, 0.9, 0.7])
    )
    assert found.presence.tolist() == pytest.approx([0.9, 0.7])


def test_overlapping_slanted_digits_are_both_kept() -> None:
    found = suppress_duplicates(make_detections([[0, 0, 20, 24], [11, 0, 31, 24]], [0.9, 0.9]))
    assert len(found) == 2


def test_merged_scales_have_each_symbol_once() -> None:
    coarse, fine = (
        make_detections([[0, 0, 20, 24]], [0.9]),
        make_detections([[1, 1, 20, 24], [40, 0, 55, 24]], [0.8, 0.7]),
    )
    assert merge_detections([coarse, fine]).presence.tolist() == pytest.approx([0.9, 0.7])


def test_detections_of_the_best_scale_take_precedence() -> None:
    coarse, fine = (
        make_detections([[0, 0, 20, 24]], [0.9]),
        make_detections([[1, 1, 20, 24], [40, 0, 55, 24]], [0.3, 0.7]),
    )
    assert merge_detections([coarse], fine).presence.tolist() == pytest.approx([0.3, 0.7])


def test_fused_detections_are_the_mean_and_a_missed_symbol_has_half_the_presence() -> None:
    one = make_detections([[0, 0, 20, 24], [40, 0, 60, 24]], [0.9, 0.8])
    other = make_detections([[2, 0, 22, 24]], [0.3])
    found = fuse_detections([one, other])
    assert found.presence.tolist() == pytest.approx([0.6, 0.4])
    assert found.boxes[0].tolist() == pytest.approx([0.5, 0, 20.5, 24])
    assert found.classes.sum(axis=1).tolist() == pytest.approx([1, 1])


def test_the_fusion_of_equal_runs_is_the_same() -> None:
    run = make_detections([[0, 0, 20, 24], [15, 0, 35, 24], [60, 0, 70, 24]], [0.9, 0.8, 0.2])
    found = fuse_detections([run, run, run])
    np.testing.assert_allclose(found.presence, run.presence, rtol=1e-5)
    np.testing.assert_allclose(found.boxes, run.boxes, rtol=1e-5)
    assert len(fuse_detections([make_detections([], []), make_detections([], [])])) == 0


@given(temperature=st.floats(0.5, 3.0), odds=st.floats(0.2, 5.0))
@settings(deadline=None)
def test_calibration_preserves_the_order_and_the_sum(temperature: float, odds: float) -> None:
    found = make_detections([[0, 0, 20, 24], [40, 0, 60, 24]], [0.3, 0.8]).calibrate(temperature, odds)
    assert found.presence[0] < found.presence[1]
    assert found.classes.sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-5)
    assert found.calibrate(1.0, 1.0).presence.tolist() == pytest.approx(found.presence.tolist(), abs=1e-5)
