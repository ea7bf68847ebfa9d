"""The symbols detected in a picture, with boxes and probabilities, and combinations of several runs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.recognition.detection.spatial_index import SpatialIndex
from inkdigits.recognition.detection.symbols import N_ORIENTATIONS, N_SYMBOLS, SYMBOLS

Floats = NDArray[np.float32]

MIN_PRESENCE = 0.05
"""Least presence of a symbol; less probable ones are dropped."""

_MIN_OVERLAP = 0.5
"""Least overlap, along both axes and as a share of the smaller box, of two boxes of one symbol."""

_MAX_CENTRE_DISTANCE = 0.35
"""Greatest horizontal distance of the centres of two boxes of one symbol, as a share of the wider box."""

_MAX_FUSED_DISTANCE = 0.15
"""Horizontal distance of the centres, as a share of the lower box's height, below which boxes of two runs are one
symbol without horizontal overlap: the boxes of a narrow 1 at two scales may hardly overlap."""


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
        ``float32`` (n,), in [0, 1]: score for print rather than handwriting, from the symbol alone.
    orientations
        ``float32`` (n, N_ORIENTATIONS): logarithms of the probabilities that the symbol is upright, or rotated
        counter-clockwise by one, two or three quarter turns; of several cells or runs, their mean.
    """

    presence: Floats
    classes: Floats
    boxes: Floats
    printed: Floats
    orientations: Floats

    def __len__(self) -> int:
        """Return the number of symbols."""
        return len(self.presence)

    def __getitem__(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> "Detections":
        """Return the symbols of an index array or a mask."""
        return Detections(*(values[chosen] for values in self.arrays))

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """The arrays, in the order of the attributes."""
        return self.presence, self.classes, self.boxes, self.printed, self.orientations

    def calibrate(
        self,
        temperature: float,
        presence_odds: float = 1.0,
        symbol_odds: Mapping[str, float] | None = None,
        print_odds: float = 1.0,
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
        print_odds
            Factor on the odds of print.

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
        presence = odds / (1 + odds)
        printed = print_odds * self.printed / (1 + (print_odds - 1) * self.printed)
        return replace(
            self,
            presence=presence.astype(np.float32),
            classes=classes.astype(np.float32),
            printed=printed.astype(np.float32),
        )

    @classmethod
    def empty(cls) -> "Detections":
        """Return no symbols."""
        return cls(
            *(np.zeros((0, *shape), np.float32) for shape in ((), (N_SYMBOLS,), (4,), (), (N_ORIENTATIONS,)))
        )

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
    found = Detections(presence, *map(mean, all_found.arrays[1:]))
    return found[np.argsort(found.boxes[:, 0] + found.boxes[:, 2], kind="stable")]


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
        *map(np.concatenate, zip(*(part.arrays for part in [Detections.empty(), *parts]), strict=True))
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
