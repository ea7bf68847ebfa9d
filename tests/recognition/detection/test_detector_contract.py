"""The contract of the detector, in every engine, and the agreement of the engines on drawn pages."""

import functools
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from benchmarks.models.parity import (
    DETECTOR_ENGINES,
    PAGE_SHAPES,
    TOLERANCE,
    CellPredictor,
    compare_detectors,
    draw_pages,
)
from inkdigits.data import Mnist
from inkdigits.errors import ModelError
from inkdigits.recognition.detection.decoding import decode_detections
from inkdigits.recognition.detection.detector import SHIPPED, Detector
from inkdigits.recognition.detection.symbols import N_OUTPUTS

# Keras takes seconds to import: one process does it.
pytestmark = pytest.mark.xdist_group("engines")

every_engine = pytest.mark.parametrize("engine", DETECTOR_ENGINES)

LARGEST_DIFFERENCE = 3e-4
"""Of two logits of cells, which reach 30: the engines differ by up to 1.4e-4."""


@functools.cache
def load(engine: str) -> CellPredictor:
    return DETECTOR_ENGINES[engine](SHIPPED)


@pytest.fixture(scope="module")
def pages(mnist: Mnist) -> NDArray[np.uint8]:
    return np.stack(draw_pages(mnist.train, (64, 344), 3, seed=9))


@pytest.mark.slow
def test_the_engines_agree_on_drawn_pages(mnist: Mnist) -> None:
    drawn = [page for shape in PAGE_SHAPES for page in draw_pages(mnist.train, shape, 1, seed=0)]
    rows = compare_detectors(drawn)
    assert len(rows) == 3
    for row in rows:
        assert row["n"] > 150
        assert row["difference"] < TOLERANCE
        assert row["difference_of_cells"] < LARGEST_DIFFERENCE
        assert row["n_changed"] == 0


@every_engine
def test_a_page_of_a_batch_has_the_cells_of_the_page_alone(engine: str, pages: NDArray[np.uint8]) -> None:
    detector, given = load(engine), pages.copy()
    cells = detector.predict_cells(pages)
    assert (cells.shape, cells.dtype) == ((3, 8, 86, N_OUTPUTS), np.float32)
    assert len(decode_detections(cells[0])) > 5
    for page, expected in zip(pages, cells, strict=True):
        np.testing.assert_allclose(
            detector.predict_cells(page[np.newaxis])[0], expected, rtol=0, atol=LARGEST_DIFFERENCE
        )
    np.testing.assert_allclose(
        detector.predict_cells(pages[::-1])[::-1], cells, rtol=0, atol=LARGEST_DIFFERENCE
    )
    np.testing.assert_array_equal(pages, given)


@every_engine
def test_repeated_calls_give_the_same_bits(engine: str, pages: NDArray[np.uint8]) -> None:
    detector = load(engine)
    first = detector.predict_cells(pages)
    kept = first.copy()
    detector.predict_cells(pages[:, ::-1])
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(detector.predict_cells(pages), kept)


def test_several_threads_get_their_own_cells(pages: NDArray[np.uint8]) -> None:
    detector = load("ONNX Runtime")
    inputs = [pages[i : i + 1, :, : 80 * (1 + j)] for i in range(3) for j in range(4)]
    expected = [detector.predict_cells(each) for each in inputs]
    with ThreadPoolExecutor(4) as pool:
        for cells, own in zip(pool.map(detector.predict_cells, inputs * 2), expected * 2, strict=True):
            np.testing.assert_allclose(cells, own, rtol=0, atol=LARGEST_DIFFERENCE)


def test_a_detector_with_another_number_of_outputs_is_rejected_when_it_is_loaded(tmp_path: Path) -> None:
    model = onnx.load(SHIPPED)
    model.graph.output[0].type.tensor_type.shape.dim[3].dim_value = N_OUTPUTS - 4
    onnx.save(model, tmp_path / "old.onnx")
    expected = f"cells float32 (n, n, n, {N_OUTPUTS}) in {tmp_path / 'old.onnx'}, but got cells float32 (n, n, n, 24)"
    with pytest.raises(ModelError, match=re.escape(expected)):
        Detector(tmp_path / "old.onnx")
