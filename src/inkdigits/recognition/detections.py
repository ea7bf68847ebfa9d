"""From the detector's answer to symbols with boxes and probabilities, each symbol once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.recognition.symbols import CELL_HEIGHT, CELL_WIDTH, N_SYMBOLS

Floats = NDArray[np.float32]

LEAST = 0.05
"""Probability of a middle below which a cell is no candidate."""

_SAME = 0.5
"""Share of the smaller of two boxes, along both axes, that they overlap by if they are one symbol."""

_SAME_MIDDLE = 0.35
"""Distance of their middles along the line, as a share of the wider one."""


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

    @property
    def digits(self) -> Floats:
        """Probability that each is a digit, ``float32`` (n,)."""
        return np.asarray(self.presence * self.classes[:, :N_CLASSES].sum(axis=1), np.float32)

    @property
    def heights(self) -> Floats:
        """Heights of the boxes, ``float32`` (n,)."""
        return np.asarray(self.boxes[:, 3] - self.boxes[:, 1], np.float32)


def detections_of(answer: Floats, temperature: float = 1.0) -> Detections:
    """Find the symbols in the detector's answer to one picture.

    Parameters
    ----------
    answer
        ``float32`` (rows, columns, 24).
    temperature
        By which logits are divided, so that probabilities mean what they say.

    Returns
    -------
    Detections
    """
    presence = _sigmoid(answer[..., 0] / np.float32(temperature))
    rows, columns = np.nonzero((presence >= LEAST) & (presence == _greatest_nearby(presence)))
    chosen = answer[rows, columns]
    logits = chosen[:, 1 : 1 + N_SYMBOLS] / np.float32(temperature)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    x, y = (columns + np.float32(0.5)) * CELL_WIDTH, (rows + np.float32(0.5)) * CELL_HEIGHT
    left, top, right, bottom = chosen[:, 1 + N_SYMBOLS : 5 + N_SYMBOLS].T * CELL_HEIGHT
    boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=1)
    printed = _sigmoid(chosen[:, 5 + N_SYMBOLS])
    found = Detections(presence[rows, columns], shares, boxes.astype(np.float32), printed)
    return distinct(found)


def merged(parts: list[Detections]) -> Detections:
    """Join what was found on several sizes of a picture, each symbol once."""
    return distinct(
        Detections(
            np.concatenate([part.presence for part in parts]),
            np.concatenate([part.classes for part in parts]),
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.printed for part in parts]),
        )
    )


def distinct(found: Detections) -> Detections:
    """Keep the likeliest of those that are one symbol, and sort them from left to right."""
    if not len(found):
        return found
    boxes = found.boxes
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    # Only what is near can be the same, so each is compared with those kept in the blocks around it.
    blocks = np.floor(middles / max(float((boxes[:, 2:] - boxes[:, :2]).max()), 1.0)).astype(int).tolist()
    kept: dict[tuple[int, int], list[int]] = {}
    for i in np.argsort(-found.presence, kind="stable").tolist():
        x, y = blocks[i]
        near = [k for u in (x - 1, x, x + 1) for v in (y - 1, y, y + 1) for k in kept.get((u, v), ())]
        if not near or not _is_one_of(boxes[i], boxes[near]):
            kept.setdefault((x, y), []).append(i)
    chosen = np.array([i for block in kept.values() for i in block], np.int64)
    return found[chosen[np.argsort(middles[chosen, 0], kind="stable")]]


def _is_one_of(box: Floats, others: Floats) -> bool:
    """Tell whether a box, left, top, right and bottom, holds the same symbol as one of the others (n, 4)."""
    overlap = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    size, sizes = box[2:] - box[:2], others[:, 2:] - others[:, :2]
    apart = np.abs(box[0] + box[2] - others[:, 0] - others[:, 2]) / 2
    is_covered = (overlap > _SAME * np.minimum(size, sizes)).all(axis=1)
    return bool((is_covered & (apart < _SAME_MIDDLE * np.maximum(size[0], sizes[:, 0]) + 1)).any())


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _greatest_nearby(values: Floats) -> Floats:
    """Return the greatest of each cell and its eight neighbours."""
    padded = np.pad(values, 1, constant_values=-1)
    height, width = values.shape
    shifted = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.asarray(np.max(shifted, axis=0), np.float32)
