"""From the detector's answer to symbols with boxes and probabilities, each symbol once."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.recognition.detection.symbols import CELL_HEIGHT, CELL_WIDTH, N_SYMBOLS, SYMBOLS

Floats = NDArray[np.float32]

MIN_PRESENCE = 0.05
"""Probability below which there is no symbol."""

_MIN_PEAK = 0.02
"""Probability of a middle below which a cell is no candidate; those around it share in the symbol's."""

_MIN_OVERLAP = 0.5
"""Share of the smaller of two boxes, along both axes, that they overlap by if they are one symbol."""

_MAX_CENTRE_DISTANCE = 0.35
"""Distance of their middles along the line, as a share of the wider one."""

_MAX_FUSED_DISTANCE = 0.15
"""Distance of their middles, as a share of their height, up to which symbols of two looks are the same in any case: of
a narrow 1, boxes on two sizes of a picture may hardly overlap."""


PRINTED_THRESHOLD = 0.25
"""How far a symbol is print from which it counts as print. Of 1,709 handwritten digits of development forms, tables,
cheques and worksheets 1% reach it, of neat zeros by marker a quarter; the given digits of two newspapers' sudokus
mostly lie above. Windows of the training hold little print."""


@dataclass(frozen=True)
class Detections:
    """Symbols found in a picture, from left to right.

    Attributes
    ----------
    presence
        ``float32`` (n,): probability that there is a symbol.
    classes
        ``float32`` (n, N_SYMBOLS): which one it is, if there is one; rows sum to 1.
    boxes
        ``float32`` (n, 4): left, top, right and bottom, in pixels of the picture.
    printed
        ``float32`` (n,): how far it is print, from 0 to 1.
    """

    presence: Floats
    classes: Floats
    boxes: Floats
    printed: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.presence)

    def __getitem__(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> "Detections":
        """Return some of them."""
        return Detections(
            self.presence[chosen], self.classes[chosen], self.boxes[chosen], self.printed[chosen]
        )

    def calibrate(
        self, temperature: float, presence_odds: float = 1.0, symbol_odds: Mapping[str, float] | None = None
    ) -> "Detections":
        """Return them with probabilities that hold where other symbols are frequent than in the training.

        Parameters
        ----------
        temperature
            By which logits are divided.
        presence_odds
            By which the odds of a symbol's presence are multiplied: the windows of the training hold more strokes that
            are no symbols, as rules and sides of boxes, than the pictures that are read.
        symbol_odds
            By which the odds of a symbol are multiplied: the windows also hold more letters and slashes.
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
        """Return those that are ``handwritten`` or ``printed``; all of them where ``ink`` is ``any``."""
        if ink == "any":
            return self
        is_print = self.printed >= PRINTED_THRESHOLD
        return self[is_print if ink == "printed" else ~is_print]

    @property
    def digits(self) -> Floats:
        """Probability that each is a digit, ``float32`` (n,)."""
        return np.asarray(self.presence * self.classes[:, :N_CLASSES].sum(axis=1), np.float32)

    @property
    def heights(self) -> Floats:
        """Heights of the boxes, ``float32`` (n,)."""
        return np.asarray(self.boxes[:, 3] - self.boxes[:, 1], np.float32)


def fuse_detections(looks: list[Detections]) -> Detections:
    """Return what several looks at the same digits come to: the mean of their probabilities and boxes.

    Each look sees the digits on other pixels, and what one misses another finds.

    Parameters
    ----------
    looks
        What was found on each, boxes in pixels of the same picture.

    Returns
    -------
    Detections
        A symbol that some looks miss has presence 0 there.
    """
    owners = np.repeat(np.arange(len(looks)), [len(look) for look in looks])
    every = _concatenate(looks)
    groups: list[dict[int, int]] = []
    near = _SpatialIndex(every.boxes)
    for i in np.argsort(-every.presence, kind="stable").tolist():
        free = [g for g in near.of(i) if owners[i] not in groups[g]]
        heads = every.boxes[[next(iter(groups[g].values())) for g in free]].reshape(-1, 4)
        same = np.flatnonzero(_is_same_symbol(every.boxes[i], heads, _MAX_FUSED_DISTANCE))
        if len(same):
            groups[free[same[0]]][int(owners[i])] = i
        else:
            near.add(i, len(groups))
            groups.append({int(owners[i]): i})
    group_of = np.zeros(len(every), np.int64)
    for number, group in enumerate(groups):
        group_of[list(group.values())] = number
    total = np.bincount(group_of, every.presence, len(groups))
    share = every.presence / total[group_of]

    def mean(values: Floats) -> Floats:
        sums = np.zeros((len(groups), *values.shape[1:]))
        np.add.at(sums, group_of, values * share.reshape(-1, *[1] * (values.ndim - 1)))
        return np.asarray(sums, np.float32)

    presence = np.asarray(total / len(looks), np.float32)
    found = Detections(presence, mean(every.classes), mean(every.boxes), mean(every.printed))
    return found[np.argsort(found.boxes[:, 0] + found.boxes[:, 2], kind="stable")]


def decode_detections(answer: Floats) -> Detections:
    """Find the symbols in the detector's answer to one picture.

    The middle of a symbol may lie between two cells, which then share its probability. So a symbol is a cell that is
    likelier than its neighbours, with the sum of their probabilities and the mean of what they say, weighted by them.

    Parameters
    ----------
    answer
        ``float32`` (rows, columns, 24).

    Returns
    -------
    Detections
    """
    middles = _sigmoid(answer[..., 0])
    is_peak = (middles >= _MIN_PEAK) & (middles == _max_of_neighbours(middles))
    peak_of = np.pad(_max_of_neighbours(np.where(is_peak, middles, np.float32(0))), 1)
    rows, columns = np.nonzero(is_peak)
    peaks, around = middles[rows, columns], np.pad(middles, 1)
    answers = np.pad(answer, ((1, 1), (1, 1), (0, 0)))
    shares, decoded = [], []
    for down, across in product(range(3), range(3)):
        cell = rows + down, columns + across
        shares.append(np.where(peak_of[cell] == peaks, around[cell], np.float32(0)))
        decoded.append(_decode_cells(answers[cell], rows + down - 1, columns + across - 1))
    total = np.sum(shares, axis=0)
    weights = np.stack(shares) / total
    mean = np.einsum("in,ink->nk", weights, np.stack(decoded)).astype(np.float32)
    found = Detections(
        np.minimum(total, np.float32(1)), mean[:, :N_SYMBOLS], mean[:, N_SYMBOLS:-1], mean[:, -1]
    )
    return suppress_duplicates(found[total >= MIN_PRESENCE])


def _decode_cells(answers: Floats, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
    """Return what some cells say of the symbol in them, ``float32`` (n, N_SYMBOLS + 5): classes, box and print."""
    logits = answers[:, 1 : 1 + N_SYMBOLS]
    classes = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    classes /= classes.sum(axis=1, keepdims=True)
    x, y = (columns + np.float32(0.5)) * CELL_WIDTH, (rows + np.float32(0.5)) * CELL_HEIGHT
    left, top, right, bottom = answers[:, 1 + N_SYMBOLS : 5 + N_SYMBOLS].T * CELL_HEIGHT
    boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=1)
    return np.concatenate([classes, boxes, _sigmoid(answers[:, -1:])], axis=1).astype(np.float32)


def merge_detections(parts: list[Detections], best: Detections | None = None) -> Detections:
    """Join what was found on several sizes of a picture, each symbol once.

    Parameters
    ----------
    parts
        What was found on each.
    best
        What was found on the size that suits the picture: it comes first, however likely the others are.
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
    """Keep the likeliest of those that are one symbol, and sort them from left to right.

    Parameters
    ----------
    found
        Detections in any order.
    n_first
        So many at the beginning are kept before the others.
    """
    if not len(found):
        return found
    near, kept = _SpatialIndex(found.boxes), []
    for i in np.lexsort((-found.presence, np.arange(len(found)) >= n_first)).tolist():
        others = near.of(i)
        if not others or not _is_same_symbol(found.boxes[i], found.boxes[others]).any():
            near.add(i, i)
            kept.append(i)
    chosen = np.array(kept, np.int64)
    return found[chosen[np.argsort(found.boxes[chosen, 0] + found.boxes[chosen, 2], kind="stable")]]


class _SpatialIndex:
    """What was put near a box: only that can be the same symbol.

    Parameters
    ----------
    boxes
        ``float32`` (n, 4).
    """

    def __init__(self, boxes: Floats) -> None:
        side = max(float((boxes[:, 2:] - boxes[:, :2]).max(initial=1.0)), 1.0)
        self._blocks = np.floor((boxes[:, :2] + boxes[:, 2:]) / (2 * side)).astype(int).tolist()
        self._kept: dict[tuple[int, int], list[int]] = {}

    def add(self, i: int, name: int) -> None:
        """Put a name where box ``i`` is."""
        x, y = self._blocks[i]
        self._kept.setdefault((x, y), []).append(name)

    def of(self, i: int) -> list[int]:
        """Return the names that were put near box ``i``."""
        x, y = self._blocks[i]
        around = ((u, v) for u in (x - 1, x, x + 1) for v in (y - 1, y, y + 1))
        return [name for block in around for name in self._kept.get(block, ())]


def _is_same_symbol(box: Floats, others: Floats, reach: float = 0.0) -> NDArray[np.bool_]:
    """Tell of others (n, 4), left, top, right and bottom each, whether they hold the same symbol as a box (4,).

    Where their middles are no farther apart than ``reach`` of the height, they need to overlap in height alone.
    """
    overlap = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    size, sizes = box[2:] - box[:2], others[:, 2:] - others[:, :2]
    apart = np.abs(box[0] + box[2] - others[:, 0] - others[:, 2]) / 2
    is_covered = overlap > _MIN_OVERLAP * np.minimum(size, sizes)
    is_near = apart < _MAX_CENTRE_DISTANCE * np.maximum(size[0], sizes[:, 0]) + 1
    is_very_near = apart < reach * np.minimum(size[1], sizes[:, 1])
    return np.asarray(is_covered[:, 1] & ((is_covered[:, 0] & is_near) | is_very_near))


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _max_of_neighbours(values: Floats) -> Floats:
    """Return the greatest of each cell and its eight neighbours."""
    padded = np.pad(values, 1, constant_values=-1)
    height, width = values.shape
    shifted = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.asarray(np.max(shifted, axis=0), np.float32)
