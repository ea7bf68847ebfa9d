"""The work on one picture is bounded, whatever it shows, and tables of real density stay within the bound."""

import cv2
import numpy as np
import pytest

from inkdigits.data import Mnist
from inkdigits.recognition.detection.budget import MAX_SCANNED_PIXELS, BudgetExceededError, ScanBudget
from inkdigits.recognition.detection.decoding import MAX_SYMBOLS, decode_detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.locate import locate
from inkdigits.recognition.detection.symbols import N_OUTPUTS
from inkdigits.recognition.reader import Reader

SIDE = 2000


def draw_strokes(n: int, length: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    picture = np.full((SIDE, SIDE), 255, np.uint8)
    ends = rng.integers(0, SIDE, (n, 2))
    angles = rng.uniform(0, np.pi, n)
    others = ends + np.round(length * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype(int)
    for start, end in zip(ends.tolist(), others.tolist(), strict=True):
        cv2.line(picture, start, end, 0, 2)
    return picture


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the pixels of each scan that the network computes."""
    sizes: list[int] = []
    predict = Detector.predict_cells

    def record(self: Detector, pictures: np.ndarray) -> np.ndarray:
        cells = predict(self, pictures)
        sizes.append(pictures.size)
        return cells

    monkeypatch.setattr(Detector, "predict_cells", record)
    return sizes


def test_a_budget_is_spent_and_smaller_scans_may_follow_a_refused_one() -> None:
    budget = ScanBudget(100)
    budget.spend(60)
    with pytest.raises(BudgetExceededError):
        budget.spend(41)
    assert budget.is_exceeded
    budget.spend(40)
    with pytest.raises(BudgetExceededError):
        budget.spend(1)


def test_each_picture_has_a_budget_of_its_own() -> None:
    detector = Detector(n_threads=1)
    one, other = detector.with_budget(), detector.with_budget()
    one._budget.spend(MAX_SCANNED_PIXELS)  # type: ignore[union-attr]
    picture = np.full((1, 64, 64), 255, np.uint8)
    with pytest.raises(BudgetExceededError):
        one.predict_cells(picture)
    other.predict_cells(picture)
    detector.predict_cells(picture)
    assert (one.is_budget_exceeded, other.is_budget_exceeded, detector.is_budget_exceeded) == (
        True,
        False,
        False,
    )


def test_without_any_budget_nothing_is_located() -> None:
    detector = Detector(n_threads=1).with_budget()
    detector._budget.spend(MAX_SCANNED_PIXELS)  # type: ignore[union-attr]
    assert len(locate(np.full((64, 64), 255, np.uint8), detector)) == 0


@pytest.mark.slow
def test_a_page_of_strokes_stays_within_the_budget(scanned: list[int]) -> None:
    reader = Reader(n_threads=1)
    reader.read(draw_strokes(10_000, 12))
    assert 0.5 * MAX_SCANNED_PIXELS < sum(scanned) <= MAX_SCANNED_PIXELS


@pytest.mark.slow
def test_noise_gets_no_final_scans(scanned: list[int]) -> None:
    specks = np.full((SIDE, SIDE), 255, np.uint8)
    for x, y in np.random.default_rng(0).integers(0, SIDE, (10_000, 2)).tolist():
        cv2.circle(specks, (x, y), 1, 0, -1)
    found = locate(specks, Detector(n_threads=1))
    assert (found.digits > 0.5).sum() < 50
    assert sum(scanned) < 4_500_000


@pytest.mark.slow
def test_a_table_of_two_thousand_digits_is_read(mnist: Mnist) -> None:
    picture = np.full((1740, 1540), 255, np.uint8)
    for i in range(2000):
        row, column, place = i // 40, i // 4 % 10, i % 4
        y, x = 20 + 34 * row, 30 + 150 * column + 22 * place
        digit = 255 - cv2.resize(mnist.train.images[i], (32, 32), interpolation=cv2.INTER_AREA)[:, 4:-4]
        picture[y : y + 32, x : x + 24] = np.minimum(picture[y : y + 32, x : x + 24], digit)
    numbers = Reader(n_threads=1).read(picture).numbers
    expected = ["".join(map(str, mnist.train.labels[4 * i : 4 * i + 4])) for i in range(500)]
    read = [number.text for number in numbers]
    assert len(read) == pytest.approx(500, abs=15)  # the least certain ones are dropped
    assert len(set(expected) & set(read)) > 420


def test_the_most_probable_symbols_of_a_scan_are_kept() -> None:
    """A scan with a symbol in every second cell, more probable to the right."""
    cells = np.full((100, 200, N_OUTPUTS), -20.0, np.float32)
    cells[..., 0] = np.linspace(-2, 6, 200, dtype=np.float32)
    cells[1::2, :, 0] = cells[:, 1::2, 0] = -20
    cells[..., 1] = 20
    cells[..., 19:23] = 0.2  # sides of the box, in units of 8 pixels
    found = decode_detections(cells)
    assert len(found) == MAX_SYMBOLS
    assert found.boxes[:, 0].min() > 100
