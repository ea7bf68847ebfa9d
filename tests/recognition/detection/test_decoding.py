"""Decoding of the detector's output: the output of a perfect network decodes to the symbols of its window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.recognition.detection.decoding import decode_detections
from inkdigits.recognition.detection.symbols import N_OUTPUTS, N_SYMBOLS
from inkdigits.training.scenes.lines import PlacedSymbol
from inkdigits.training.scenes.windows import Window, make_targets


def make_perfect_output(window: Window) -> np.ndarray:
    """Return the output of a perfect network, from the training targets of a window."""
    targets = make_targets(window)
    output = np.zeros((*targets.shape[:2], N_OUTPUTS), np.float32)
    output[..., 0] = np.where(targets[..., 0] == 1.0, 8.0, -8.0)
    rows, columns = np.indices(targets.shape[:2])
    output[rows, columns, 1 + targets[..., 1].astype(int)] = 9.0
    output[..., 1 + N_SYMBOLS : 5 + N_SYMBOLS] = targets[..., 2:6]
    output[..., 5 + N_SYMBOLS] = np.where(targets[..., 6] > 0, 5.0, -5.0)
    output[..., 6 + N_SYMBOLS + window.quarters] = 6.0
    return output


@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_every_symbol_of_a_window_is_decoded_with_its_box(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 5))
    symbols = []
    for i in range(n):
        width, height = data.draw(st.integers(6, 22)), data.draw(st.integers(14, 30))
        left, top = 30 * i + data.draw(st.integers(0, 6)), data.draw(st.integers(0, 48 - height))
        symbols.append(
            PlacedSymbol(data.draw(st.integers(0, N_SYMBOLS - 1)), (left, top, width, height), bool(i % 2))
        )
    quarters = data.draw(st.integers(0, 3))
    window = Window(np.zeros((48, 160), np.uint8), tuple(symbols), quarters=quarters)
    found = decode_detections(make_perfect_output(window))
    assert found.classes.argmax(axis=1).tolist() == [each.symbol for each in symbols]
    for box, each in zip(found.boxes, symbols, strict=True):
        x, y, w, h = each.box
        assert box.tolist() == pytest.approx([x, y, x + w, y + h], abs=1e-3)
    assert (found.printed > 0.5).tolist() == [each.printed for each in symbols]
    assert (found.orientations.argmax(axis=1) == quarters).all()
    np.testing.assert_allclose(np.exp(found.orientations).sum(axis=1), 1, rtol=1e-5)


def test_an_empty_output_has_no_symbols() -> None:
    assert len(decode_detections(np.full((6, 40, N_OUTPUTS), -8.0, np.float32))) == 0


def test_a_centre_between_two_cells_is_one_symbol_with_the_sum_of_their_presence() -> None:
    output = np.full((6, 10, N_OUTPUTS), -9.0, np.float32)
    for column, presence in ((4, 0.5), (5, 0.4), (8, 0.3)):
        output[2, column, 0] = np.log(presence / (1 - presence))
        output[2, column, 1 + 7] = 9.0
    output[..., 1 + N_SYMBOLS : 5 + N_SYMBOLS] = 1.0
    found = decode_detections(output)
    np.testing.assert_allclose(found.presence, [0.9, 0.3], atol=0.01)
    # The centres of the cells are 4 pixels apart; the box is their weighted mean.
    assert found.boxes[0, 0] == pytest.approx(4.5 * 4 - 8 + 4 * 0.4 / 0.9, abs=0.05)
    assert (found.classes.argmax(axis=1) == 7).all()
