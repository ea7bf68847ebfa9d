"""Decode the detector's output into symbols with boxes and probabilities, and combine the results of several runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.recognition.detection.spatial_index import SpatialIndex
from inkdigits.recognition.detection.symbols import CELL_HEIGHT, CELL_WIDTH, N_SYMBOLS, SYMBOLS

Floats = NDArray[np.float32]

MIN_PRESENCE = 0.05
"""Least presence of a symbol; less probable ones are dropped."""

MAX_SYMBOLS = 3_000
"""Number of symbols of a scan that are kept, the most probable ones: a table of 2,000 digits gives 2,024, the 177 real
pages, boxes and sudokus 961 at most, and a page of short strokes 3,800 or more."""

_MIN_PEAK = 0.02
"""Least probability of a symbol's centre in a cell that is a peak of the output; neighbours of a peak may be below."""

_MIN_OVERLAP = 0.5
"""Least overlap, along both axes and as a share of the smaller box, of two boxes of one symbol."""

_MAX_CENTRE_DISTANCE = 0.35
"""Greatest horizontal distance of the centres of two boxes of one symbol, as a share of the wider box."""

_MAX_FUSED_DISTANCE = 0.15
"""Horizontal distance of the centres, as a share of the lower box's height, below which boxes of two runs are one
symbol without horizontal overlap: the boxes of a narrow 1 at two scales may hardly overlap."""


PRINTED_THRESHOLD = 0.25
"""Least print score of a printed symbol, in [0, 1]. Of 2,500 handwritten digits of development cheques, forms and
tables 3% reach it, of neat zeros by marker a quarter; of the printed digits of two newspapers' sudokus most reach it.
The training windows have little print."""


@dataclass(frozen=True)
class Detections:
    """Symbols detected in a picture, from left to right.

    Attributes
    ----------
    presence
        ``float32`` (n,): probability that the symbol exists.
    classes
        ``float32`` (n, N_SYMBOLS), rows sum to 1: class probabilities, given that the symbol exists.
    boxes
        ``float32`` (n, 4): left, top, right and bottom, in pixels of the picture.
    printed
        ``float32`` (n,), in [0, 1]: score for print rather than handwriting.
    """

    presence: Floats
    classes: Floats
    boxes: Floats
    printed: Floats

    def __len__(self) -> int:
        """Return the number of symbols."""
        return len(self.presence)

    def __getitem__(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> "Detections":
        """Return the symbols of an index array or a mask."""
        return Detections(
            self.presence[chosen], self.classes[chosen], self.boxes[chosen], self.printed[chosen]
        )

    def calibrate(
        self, temperature: float, presence_odds: float = 1.0, symbol_odds: Mapping[str, float] | None = None
    ) -> "Detections":
        """Calibrate the probabilities for pictures with other class frequencies than the training windows.

        Parameters
        ----------
        temperature
            Divisor of the logits.
        presence_odds
            Factor on the odds of presence: the training windows have more strokes that are not symbols, such as rules
            and sides of boxes, than real pictures.
        symbol_odds
            Factors on the odds of single classes, by symbol: the training windows also have more letters and slashes.

        Returns
        -------
        Detections
        """
        presence = np.clip(self.presence.astype(np.float64), 1e-6, 1 - 1e-6)
        odds = (presence / (1 - presence)) ** (1 / temperature) * presence_odds
        classes = self.classes.astype(np.float64) ** (1 / temperature)
        for symbol, factor in (symbol_odds or {}).items():
            classes[:, SYMBOLS.index(symbol)] *= factor
        classes /= np.maximum(classes.sum(axis=1, keepdims=True), 1e-12)
        return Detections(
            (odds / (1 + odds)).astype(np.float32), classes.astype(np.float32), self.boxes, self.printed
        )

    def filter_by_ink(self, ink: str) -> "Detections":
        """Return the symbols that are ``handwritten`` or ``printed``; all of them if ``ink`` is ``any``."""
        if ink == "any":
            return self
        is_print = self.printed >= PRINTED_THRESHOLD
        return self[is_print if ink == "printed" else ~is_print]

    @classmethod
    def empty(cls) -> "Detections":
        """Return no symbols."""
        return cls(*(np.zeros((0, *shape), np.float32) for shape in ((), (N_SYMBOLS,), (4,), ())))

    @property
    def digits(self) -> Floats:
        """Probability that each symbol exists and is a digit, ``float32`` (n,)."""
        return np.asarray(self.presence * self.classes[:, :N_CLASSES].sum(axis=1), np.float32)

    @property
    def heights(self) -> Floats:
        """Heights of the boxes in pixels, ``float32`` (n,)."""
        return np.asarray(self.boxes[:, 3] - self.boxes[:, 1], np.float32)


def fuse_detections(runs: list[Detections]) -> Detections:
    """Average the probabilities and boxes of several runs on the same digits (test-time augmentation).

    Each run samples the digits on another pixel grid, so their errors differ.

    Parameters
    ----------
    runs
        The detections of each run, boxes in pixels of the same picture.

    Returns
    -------
    Detections
        With the mean presence; a run that misses a symbol counts as presence 0.
    """
    run_of = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
    all_found = _concatenate(runs)
    groups: list[dict[int, int]] = []
    index = SpatialIndex(all_found.boxes)
    for i in np.argsort(-all_found.presence, kind="stable").tolist():
        free = [g for g in index.query(i) if run_of[i] not in groups[g]]
        first_boxes = all_found.boxes[[next(iter(groups[g].values())) for g in free]].reshape(-1, 4)
        same = np.flatnonzero(_is_same_symbol(all_found.boxes[i], first_boxes, _MAX_FUSED_DISTANCE))
        if len(same):
            groups[free[same[0]]][int(run_of[i])] = i
        else:
            index.insert(i, len(groups))
            groups.append({int(run_of[i]): i})
    group_of = np.zeros(len(all_found), np.int64)
    for number, group in enumerate(groups):
        group_of[list(group.values())] = number
    total = np.bincount(group_of, all_found.presence, len(groups))
    share = all_found.presence / total[group_of]

    def mean(values: Floats) -> Floats:
        sums = np.zeros((len(groups), *values.shape[1:]))
        np.add.at(sums, group_of, values * share.reshape(-1, *[1] * (values.ndim - 1)))
        return np.asarray(sums, np.float32)

    presence = np.asarray(total / len(runs), np.float32)
    found = Detections(presence, mean(all_found.classes), mean(all_found.boxes), mean(all_found.printed))
    return found[np.argsort(found.boxes[:, 0] + found.boxes[:, 2], kind="stable")]


def decode_detections(output: Floats) -> Detections:
    """Decode the detector's output for one picture.

    The centre of a symbol may be between two cells, which then share its probability. A symbol is therefore a local
    maximum: its presence is the sum of the probabilities of the cell and its neighbours, and its classes, box and print
    score are their weighted means.

    Parameters
    ----------
    output
        ``float32`` (rows, columns, 24): logit of a centre, logits of the 18 classes, distances to the left, top, right
        and bottom sides of the box in units of 8 pixels, logit of print.

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
    found = Detections(
        np.minimum(total, np.float32(1)), mean[:, :N_SYMBOLS], mean[:, N_SYMBOLS:-1], mean[:, -1]
    )
    likely = np.flatnonzero(total >= MIN_PRESENCE)
    if len(likely) > MAX_SYMBOLS:
        likely = likely[np.sort(np.argsort(-total[likely], kind="stable")[:MAX_SYMBOLS])]
    return suppress_duplicates(found[likely])


def _decode_cells(outputs: Floats, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
    """Decode the output of some cells to classes, box and print score, ``float32`` (n, N_SYMBOLS + 5)."""
    logits = outputs[:, 1 : 1 + N_SYMBOLS]
    classes = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    classes /= classes.sum(axis=1, keepdims=True)
    x, y = (columns + np.float32(0.5)) * CELL_WIDTH, (rows + np.float32(0.5)) * CELL_HEIGHT
    left, top, right, bottom = outputs[:, 1 + N_SYMBOLS : 5 + N_SYMBOLS].T * CELL_HEIGHT
    boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=1)
    return np.concatenate([classes, boxes, _sigmoid(outputs[:, -1:])], axis=1).astype(np.float32)


def merge_detections(parts: list[Detections], best: Detections | None = None) -> Detections:
    """Merge the detections at several scales of a picture, with duplicates suppressed.

    Parameters
    ----------
    parts
        The detections at each scale, boxes in pixels of the same picture.
    best
        Detections at the best scale: they take precedence over more probable duplicates.

    Returns
    -------
    Detections
    """
    if best is None:
        return suppress_duplicates(_concatenate(parts))
    return suppress_duplicates(_concatenate([best, *parts]), len(best))


def _concatenate(parts: list[Detections]) -> Detections:
    return Detections(
        np.concatenate([part.presence for part in parts]),
        np.concatenate([part.classes for part in parts]),
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.printed for part in parts]),
    )


def suppress_duplicates(found: Detections, n_first: int = 0) -> Detections:
    """Suppress the less probable of several detections of one symbol (non-maximum suppression).

    Parameters
    ----------
    found
        Detections in any order.
    n_first
        Number of detections at the beginning that take precedence over the others.

    Returns
    -------
    Detections
        Sorted from left to right.
    """
    if not len(found):
        return found
    index, kept = SpatialIndex(found.boxes), []
    for i in np.lexsort((-found.presence, np.arange(len(found)) >= n_first)).tolist():
        others = index.query(i)
        if not others or not _is_same_symbol(found.boxes[i], found.boxes[others]).any():
            index.insert(i, i)
            kept.append(i)
    chosen = np.array(kept, np.int64)
    return found[chosen[np.argsort(found.boxes[chosen, 0] + found.boxes[chosen, 2], kind="stable")]]


def _is_same_symbol(box: Floats, others: Floats, max_distance: float = 0.0) -> NDArray[np.bool_]:
    """Return which of ``others`` (n, 4) are boxes of the same symbol as ``box`` (4,), ``bool`` (n,).

    Boxes whose centres are closer than ``max_distance``, a share of the lower height, need only overlap vertically.
    """
    overlap = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    size, sizes = box[2:] - box[:2], others[:, 2:] - others[:, :2]
    distance = np.abs(box[0] + box[2] - others[:, 0] - others[:, 2]) / 2
    is_covered = overlap > _MIN_OVERLAP * np.minimum(size, sizes)
    is_near = distance < _MAX_CENTRE_DISTANCE * np.maximum(size[0], sizes[:, 0]) + 1
    is_very_near = distance < max_distance * np.minimum(size[1], sizes[:, 1])
    return np.asarray(is_covered[:, 1] & ((is_covered[:, 0] & is_near) | is_very_near))


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _max_of_neighbours(values: Floats) -> Floats:
    """Return the maximum of each cell and its eight neighbours (3 x 3 max pooling)."""
    padded = np.pad(values, 1, constant_values=-1)
    height, width = values.shape
    shifted = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.asarray(np.max(shifted, axis=0), np.float32)
