"""Decode the detector's output for one picture into symbols with boxes and probabilities."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import MIN_PRESENCE, Detections, Floats, suppress_duplicates
from inkdigits.recognition.detection.symbols import CELL_HEIGHT, CELL_WIDTH, N_SYMBOLS

MAX_SYMBOLS = 3_000
"""Number of symbols of a scan that are kept, the most probable ones: a table of 2,000 digits gives 2,024, the 177 real
pages, boxes and sudokus 961 at most, and a page of short strokes 3,800 or more."""

_MIN_PEAK = 0.02
"""Least probability of a symbol's centre in a cell that is a peak of the output; neighbours of a peak may be below."""


def decode_detections(output: Floats) -> Detections:
    """Decode the detector's output for one picture.

    The centre of a symbol may be between two cells, which then share its probability. A symbol is therefore a local
    maximum: its presence is the sum of the probabilities of the cell and its neighbours, and its classes, box, print
    score and orientations are their weighted means.

    Parameters
    ----------
    output
        ``float32`` (rows, columns, 28): logit of a centre, logits of the 18 classes, distances to the left, top, right
        and bottom sides of the box in units of 8 pixels, logit of print, logits of the 4 orientations.

    Returns
    -------
    Detections
        Boxes in pixels of the detector's input.
    """
    centres = _sigmoid(output[..., 0])
    is_peak = (centres >= _MIN_PEAK) & (centres == _max_of_neighbours(centres))
    peak_of = np.pad(_max_of_neighbours(np.where(is_peak, centres, np.float32(0))), 1)
    rows, columns = np.nonzero(is_peak)
    peaks, padded_centres = centres[rows, columns], np.pad(centres, 1)
    outputs = np.pad(output, ((1, 1), (1, 1), (0, 0)))
    shares, cell_values = [], []
    for down, across in product(range(3), range(3)):
        cell = rows + down, columns + across
        shares.append(np.where(peak_of[cell] == peaks, padded_centres[cell], np.float32(0)))
        cell_values.append(_decode_cells(outputs[cell], rows + down - 1, columns + across - 1))
    total = np.sum(shares, axis=0)
    weights = np.stack(shares) / total
    mean = np.einsum("in,ink->nk", weights, np.stack(cell_values)).astype(np.float32)
    classes, boxes, printed, orientations = np.split(mean, np.cumsum([N_SYMBOLS, 4, 1]), axis=1)
    found = Detections(np.minimum(total, np.float32(1)), classes, boxes, printed[:, 0], orientations)
    likely = np.flatnonzero(total >= MIN_PRESENCE)
    if len(likely) > MAX_SYMBOLS:
        likely = likely[np.sort(np.argsort(-total[likely], kind="stable")[:MAX_SYMBOLS])]
    return suppress_duplicates(found[likely])


def _decode_cells(outputs: Floats, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
    """Decode the output of some cells to classes, box, print score and orientations, ``float32`` (n, N_SYMBOLS + 9)."""
    _, classes, distances, printed, orientations = np.split(outputs, np.cumsum([1, N_SYMBOLS, 4, 1]), axis=1)
    x, y = (columns + np.float32(0.5)) * CELL_WIDTH, (rows + np.float32(0.5)) * CELL_HEIGHT
    left, top, right, bottom = distances.T * CELL_HEIGHT
    boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=1)
    values = np.exp(_log_softmax(classes)), boxes, _sigmoid(printed), _log_softmax(orientations)
    return np.concatenate(values, axis=1).astype(np.float32)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float32)


def _max_of_neighbours(values: Floats) -> Floats:
    """Return the maximum of each cell and its eight neighbours (3 x 3 max pooling)."""
    padded = np.pad(values, 1, constant_values=-1)
    height, width = values.shape
    shifted = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.asarray(np.max(shifted, axis=0), np.float32)
