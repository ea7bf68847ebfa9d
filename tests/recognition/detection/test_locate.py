"""Detection at all sizes, polarities and margins, and a limit on the pixels that are processed."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import inkdigits
from inkdigits.data import Mnist
from inkdigits.recognition.detection import locate as location
from inkdigits.recognition.detection import search
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector, load_shipped_detector
from inkdigits.recognition.detection.locate import locate
from inkdigits.recognition.detection.scan import compute_finest_scale
from inkdigits.recognition.detection.symbols import N_OUTPUTS, N_SYMBOLS, OTHER

NUMBERS = ("4217", "30865", "9152")


@pytest.fixture(scope="module")
def reader() -> inkdigits.Reader:
    return inkdigits.Reader(n_threads=2)


@pytest.fixture(scope="module")
def rows(mnist: Mnist) -> dict[str, NDArray[np.uint8]]:
    """Numbers of MNIST training digits, dark on light, 80 pixels high with a margin of 40."""
    # The digits nearest to their class means: some 7s of MNIST are written like 1s.
    first = {}
    for digit in range(10):
        images = mnist.train.images[mnist.train.labels == digit][:500]
        distances = np.abs(images - images.mean(axis=0)).sum(axis=(1, 2))
        first[digit] = images[distances.argmin()]
    pictures = {}
    for number in NUMBERS:
        row = np.concatenate([first[int(digit)][3:25, 3:25] for digit in number], axis=1)
        large = cv2.resize(row, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        pictures[number] = (230 - 0.8 * np.pad(large, 40)).clip(0, 255).astype(np.uint8)
    return pictures


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("height", [12, 24, 32, 60, 150, 400])
def test_a_number_is_read_at_every_size(
    number: str, height: int, rows: dict[str, NDArray[np.uint8]], reader: inkdigits.Reader
) -> None:
    factor = height / 80
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(rows[number], None, fx=factor, fy=factor, interpolation=method)
    for pixels in (picture, 255 - picture):
        reading = reader.read(pixels, layout="line")
        assert "".join(str(digit.label) for digit in reading.digits) == number


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("margin", [6, 20, 40])
@pytest.mark.parametrize("layout", ["line", "auto"])
def test_cropping_does_not_change_the_digits(
    number: str, margin: int, layout: str, rows: dict[str, NDArray[np.uint8]], reader: inkdigits.Reader
) -> None:
    cut = 40 - margin
    picture = rows[number][cut : len(rows[number]) - cut, cut : rows[number].shape[1] - cut]
    reading = reader.read(picture, layout=layout)
    assert "".join(str(digit.label) for digit in reading.digits) == number
    for digit, place in zip(reading.digits, range(len(number)), strict=True):
        x, _, width, _ = digit.box
        assert abs(x + width / 2 - (margin + 88 * (place + 0.5))) < 25


@pytest.mark.slow
def test_one_digit_is_not_read_as_two(mnist: Mnist, reader: inkdigits.Reader) -> None:
    n_two = 0
    for image in mnist.train.images[50_000:50_040]:
        picture = 255 - cv2.resize(np.pad(image, 10), (160, 160), interpolation=cv2.INTER_CUBIC)
        n_two += len(reader.read(picture).digits) != 1
    assert n_two == 0


@pytest.mark.parametrize("height", [20, 24, 28, 32, 36, 48, 60])
def test_separators_are_read_at_every_size(height: int, reader: inkdigits.Reader) -> None:
    picture = np.full((2 * height, 8 * height), 235, np.uint8)
    scale, thick = height / 22, max(2, height // 10)
    cv2.putText(
        picture, "31.45", (height, 3 * height // 2), cv2.FONT_HERSHEY_SIMPLEX, scale, 30, thick, cv2.LINE_AA
    )
    number = reader.read(picture, layout="line").numbers[0]
    assert number.text == "31.45"


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 2), (40, 40_000), (3000, 4000), (1, 2_000_000)])
def test_the_pixels_that_the_detector_processes_are_limited(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(
        Detector,
        "predict_cells",
        lambda _, pictures: (
            seen.append(pictures.size)
            or np.full((1, pictures.shape[1] // 8, pictures.shape[2] // 4, N_OUTPUTS), -9.0, np.float32)
        ),
    )
    assert len(locate(np.full(shape, 200, np.uint8), load_shipped_detector())) == 0
    assert 0 < compute_finest_scale(shape) <= 2.4
    assert sum(seen) < 9_000_000


def test_the_final_scans_of_a_tall_strip_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    strip = np.full((6000, 30), 230, np.uint8)
    for top in range(10, 6000, 60):
        cv2.putText(strip, "3", (5, top + 26), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 20, 2)
    sizes: list[int] = []
    detector = load_shipped_detector(1)
    predict = detector.predict_cells
    monkeypatch.setattr(
        detector, "predict_cells", lambda images: (sizes.append(images.size), predict(images))[1]
    )
    locate(strip, detector)
    assert max(sizes) < 1_000_000


def test_the_final_scans_include_digits_that_a_block_of_writing_suppresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digits = np.array([[40, 40, 60, 70], [60, 330, 80, 360], [90, 330, 110, 360]], np.float32)
    block = np.array([[45, 280, 125, 400]], np.float32)
    bottoms: list[int] = []

    def scan(grey: NDArray[np.uint8], scale: float, detector: Detector, slant: float = 0.0) -> Detections:
        is_coarse = 120 * scale < 42
        boxes = block if is_coarse else digits
        classes = np.zeros((len(boxes), N_SYMBOLS), np.float32)
        classes[:, OTHER if is_coarse else 5] = 1
        if slant:
            bottoms.append(grey.shape[0])
        presence = np.full(len(boxes), 0.99 if is_coarse else 0.95, np.float32)
        zeros = np.zeros(len(boxes), np.float32), np.zeros((len(boxes), 4), np.float32)
        return Detections(presence, classes, boxes, *zeros)

    for module in (location, search):
        monkeypatch.setattr(module, "scan", scan)
    locate(np.full((600, 400), 255, np.uint8), load_shipped_detector(1))
    assert min(bottoms) >= 360
