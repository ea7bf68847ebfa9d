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


def detections_of(answer: Floats) -> Detections:
    """Find the symbols in the detector's answer to one picture.

    Parameters
    ----------
    answer
        ``float32`` (rows, columns, 24).

    Returns
    -------
    Detections
    """
    presence = _sigmoid(answer[..., 0])
    rows, columns = np.nonzero((presence >= LEAST) & (presence == _greatest_nearby(presence)))
    chosen = answer[rows, columns]
    logits = chosen[:, 1 : 1 + N_SYMBOLS]
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
    order = np.argsort(-found.presence, kind="stable")
    boxes = found.boxes
    kept: list[int] = []
    for i in order:
        if kept:
            others = boxes[kept]
            across = np.minimum(boxes[i, 2], others[:, 2]) - np.maximum(boxes[i, 0], others[:, 0])
            down = np.minimum(boxes[i, 3], others[:, 3]) - np.maximum(boxes[i, 1], others[:, 1])
            width = np.minimum(boxes[i, 2] - boxes[i, 0], others[:, 2] - others[:, 0])
            height = np.minimum(boxes[i, 3] - boxes[i, 1], others[:, 3] - others[:, 1])
            middles = np.abs(boxes[i, 0] + boxes[i, 2] - others[:, 0] - others[:, 2]) / 2
            wide = np.maximum(boxes[i, 2] - boxes[i, 0], others[:, 2] - others[:, 0])
            same = (across > _SAME * width) & (down > _SAME * height) & (middles < 0.35 * wide + 1)
            if same.any():
                continue
        kept.append(int(i))
    chosen = np.array(sorted(kept, key=lambda i: float(boxes[i, 0] + boxes[i, 2])), dtype=np.int64)
    return found[chosen]


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _greatest_nearby(values: Floats) -> Floats:
    """Return the greatest of each cell and its eight neighbours."""
    padded = np.pad(values, 1, constant_values=-1)
    height, width = values.shape
    shifted = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.asarray(np.max(shifted, axis=0), np.float32)
