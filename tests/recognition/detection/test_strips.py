"""Strips of a line: the network sees it level, in the middle and of one height; boxes come back to the picture."""

import cv2
import numpy as np
import pytest

from inkdigits.recognition.detection import strips
from inkdigits.recognition.detection.budget import BudgetExceededError
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector, load_shipped_detector
from inkdigits.recognition.detection.strips import Strip
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT, N_OUTPUTS, N_SYMBOLS


class Watcher:
    """A detector that keeps its input, and finds one 3 halfway along the strip, in one of its rows of cells."""

    def __init__(self, row: int = 4) -> None:
        self.seen: list[np.ndarray] = []
        self.row = row

    def predict_cells(self, pictures: np.ndarray) -> np.ndarray:
        self.seen.append(pictures[0])
        n, height, width = pictures.shape
        cells = np.full((n, height // 8, width // 4, N_OUTPUTS), -9.0, np.float32)
        middle = cells[0, self.row, width // 8]
        middle[0] = middle[1 + 3] = 9.0
        # Distances of the cell's centre from the sides of a box of 8 by 24 pixels, in units of 8 pixels.
        middle[1 + N_SYMBOLS : 5 + N_SYMBOLS] = 0.5, 1.5, 0.5, 1.5
        return cells


def bars(height: int, slope: float, n: int = 6) -> tuple[np.ndarray, Detections]:
    """Draw black bars, one height apart, on a level or sloping line."""
    picture = np.full((12 * height, (n + 2) * height), 220, np.uint8)
    boxes = []
    for i in range(n):
        left, top = (i + 1) * height, round(5 * height + slope * i * height)
        cv2.rectangle(picture, (left, top), (left + height // 3, top + height - 1), 0, -1)
        boxes.append((left, top, left + height // 3 + 1, top + height))
    return picture, ones(boxes)


def ones(boxes: list[tuple[float, float, float, float]]) -> Detections:
    n = len(boxes)
    classes = np.zeros((n, N_SYMBOLS), np.float32)
    classes[:, 1] = 1.0
    zeros = np.zeros(n, np.float32), np.zeros((n, 4), np.float32)
    return Detections(np.ones(n, np.float32), classes, np.array(boxes, np.float32), *zeros)


@pytest.mark.parametrize("height", [12, 24, 80])
@pytest.mark.parametrize("slope", [0.0, 0.2, -0.2])
def test_the_network_sees_the_line_level_and_of_one_height(height: int, slope: float) -> None:
    picture, line = bars(height, slope)
    watcher = Watcher()
    Strip(picture, line).scan(watcher, 1.0, 0.0)
    (strip,) = watcher.seen
    assert strip.shape[0] % 8 == strip.shape[1] % 8 == 0
    rows = np.flatnonzero((strip < 110).sum(axis=1) > 20)
    middle = strip.shape[0] / 2
    assert rows[0] == pytest.approx(middle - DIGIT_HEIGHT / 2, abs=2.5)
    assert rows[-1] == pytest.approx(middle + DIGIT_HEIGHT / 2 - 1, abs=2.5)
    starts = np.flatnonzero(np.diff((strip[strip.shape[0] // 2] < 110).astype(int)) == 1)
    assert len(starts) == 6
    np.testing.assert_allclose(np.diff(starts), DIGIT_HEIGHT, atol=1.5)


def test_scale_and_slant_change_what_the_network_sees() -> None:
    picture, line = bars(24, 0.0)
    watcher = Watcher()
    Strip(picture, line).scan(watcher, 1.2, 0.0)
    Strip(picture, line).scan(watcher, 1.0, 0.5)
    large, slanted = watcher.seen
    assert len(np.flatnonzero((large < 110).any(axis=1))) == pytest.approx(1.2 * 24, abs=2)
    top, bottom = (np.flatnonzero(slanted[slanted.shape[0] // 2 + row] < 110)[0] for row in (-10, 9))
    assert bottom - top == pytest.approx(0.5 * 19, abs=2)


@pytest.mark.parametrize("height", [12, 24, 80])
@pytest.mark.parametrize("slant", [-0.3, 0.0, 0.3])
@pytest.mark.parametrize("row", [2, 5])
def test_boxes_are_those_in_the_picture(height: int, slant: float, row: int) -> None:
    picture, line = bars(height, 0.0)
    watcher = Watcher(row)
    found = Strip(picture, line).scan(watcher, 1.0, slant)
    assert len(found) == 1
    assert found.classes[0].argmax() == 3
    zoom, middle = DIGIT_HEIGHT / height, strips._HEIGHT / 2
    x, y = (watcher.seen[0].shape[1] // 8 + 0.5) * 4, (row + 0.5) * 8
    expected_x = line.boxes[0, 0] - 0.8 * height + (x - slant * (y - middle)) / zoom
    expected_y = line.boxes[0, [1, 3]].mean() + (y - middle) / zoom
    left, top, right, bottom = found.boxes[0]
    assert (left + right) / 2 == pytest.approx(expected_x, abs=0.05 * height)
    assert (top + bottom) / 2 == pytest.approx(expected_y, abs=0.05 * height)
    assert right - left == pytest.approx(height / 3, rel=0.05)
    assert bottom - top == pytest.approx(height, rel=0.05)


@pytest.mark.parametrize("is_light", [False, True])
def test_the_network_sees_dark_ink_on_evenly_lit_paper(is_light: bool) -> None:
    picture, line = bars(24, 0.0)
    light = 1 - 0.6 / (1 + np.exp((0.5 * picture.shape[1] - np.arange(picture.shape[1])) / 4))
    shaded = (picture * light).astype(np.uint8)
    even, uneven = Watcher(), Watcher()
    Strip(picture, line).scan(even, 1.0, 0.1)
    Strip(255 - shaded if is_light else shaded, line).scan(uneven, 1.0, 0.1)
    gain = np.median(even.seen[0]) / np.median(uneven.seen[0])
    difference = np.abs(even.seen[0] - gain * uneven.seen[0])
    assert (difference > 0.2 * np.median(even.seen[0])).mean() < 0.02


def test_symbols_of_the_lines_above_and_below_are_left_out() -> None:
    picture, line = bars(24, 0.0)
    assert [len(Strip(picture, line).scan(Watcher(row), 1.0, 0.0)) for row in range(8)] == [
        0,
        0,
        1,
        1,
        1,
        1,
        0,
        0,
    ]


def test_the_digits_of_a_line_are_found_where_they_are(synthetic_line: tuple[np.ndarray, Detections]) -> None:
    picture, line = synthetic_line
    detector = load_shipped_detector(1)
    for slant in (-0.2, 0.0, 0.2):
        found = detector.calibrate(Strip(picture, line).scan(detector, 1.0, slant))
        found = found[found.digits > 0.5]
        assert len(found) == len(line)
        np.testing.assert_allclose(found.boxes, line.boxes, atol=8)


@pytest.fixture
def synthetic_line() -> tuple[np.ndarray, Detections]:
    """Draw the number 3047 with its boxes, which are as the detector finds them in the whole picture."""
    picture = np.full((120, 400), 225, np.uint8)
    cv2.putText(picture, "3 0 4 7", (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 5, cv2.LINE_AA)
    columns = np.flatnonzero((picture < 128).any(axis=0))
    parts = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    boxes = []
    for part in parts:
        rows = np.flatnonzero((picture[:, part] < 128).any(axis=1))
        boxes.append((part[0], rows[0], part[-1] + 1, rows[-1] + 1))
    return picture, ones(boxes)


def test_one_symbol_at_the_edge_and_a_tiny_one_are_scanned() -> None:
    picture = np.full((20, 10), 200, np.uint8)
    for box in ((0, 0, 10, 20), (4, 9, 4.2, 9.1)):
        Strip(picture, ones([box])).scan(load_shipped_detector(1), 1.0, 0.3)


def test_a_line_that_is_too_long_is_not_scanned() -> None:
    watcher = Watcher()
    picture = np.full((20, 8000), 200, np.uint8)
    assert len(Strip(picture, ones([(0, 0, 10, 20), (7000, 0, 7010, 20)])).scan(watcher, 1.0, 0.0)) == 0
    assert watcher.seen == []


def test_strips_count_against_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, line = bars(24, 0.0)
    detector = Detector(n_threads=1).with_budget()
    monkeypatch.setattr(detector._budget, "_n_left", 20_000)
    Strip(picture, line).scan(detector, 1.0, 0.0)
    with pytest.raises(BudgetExceededError):
        Strip(picture, line).scan(detector, 1.0, 0.0)
    assert strips._MAX_WIDTH * strips._HEIGHT < 200_000
