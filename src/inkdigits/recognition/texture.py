"""Pictures of something else than writing: wood, marble, gravel, bricks, noise, and drawings that go on."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.light import thumbnail
from inkdigits.pictures.parts import INK

_SIDE = 480
"""Longest side, in pixels, of the copy that is looked at."""

_FULL = 0.2
"""Share of a picture that writing hardly ever covers."""

_CUT = 0.25
"""Share of its edges that a pattern covers as it goes on beyond them; writing ends before them."""

_LIKE = 0.1
"""Area, as a share of the largest part's, from which a part is one of its like."""

_SEVERAL, _MANY = 5, 30
"""Parts of a pattern that fills the picture, and of one that is scattered over it."""

_LOST = 0.1
"""Share of the ink below which a digit is lost among many parts of its like."""

_PIECE = 0.4
"""Share of what hangs together below which a digit is the tip of a drawing."""


def is_filled(ink: NDArray[np.uint8]) -> bool:
    """Tell whether a pattern fills a picture and goes on beyond its edges, as no writing does.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0, without ruled lines.
    """
    step = max(1, max(ink.shape) // _SIDE)
    if float((ink[::step, ::step] >= INK).mean()) <= _FULL:
        return False
    mask = _mask(ink)
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return float(np.mean([edge.mean() for edge in edges])) > _CUT and _n_alike(mask) >= _SEVERAL


def is_lost(ink: NDArray[np.uint8], window: tuple[int, int, int, int]) -> bool:
    """Tell whether what was read is one of many parts that are scattered over a picture.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0, without ruled lines.
    window
        Left, top, right and bottom of what was read.
    """
    left, top, right, bottom = window
    total = int((ink >= INK).sum())
    own = int((ink[max(top, 0) : bottom, max(left, 0) : right] >= INK).sum())
    return own < _LOST * total and _n_alike(_mask(ink)) >= _MANY


def is_piece(ink: NDArray[np.uint8], window: tuple[int, int, int, int]) -> bool:
    """Tell whether what was read is the lesser part of a stroke that goes on: the tip of a scribble or a wave.

    Parameters
    ----------
    ink, window
        As in `is_lost`.
    """
    left, top, right, bottom = window
    _, labels = cv2.connectedComponents((ink >= INK).astype(np.uint8), connectivity=8)
    within = np.bincount(labels[max(top, 0) : bottom, max(left, 0) : right].ravel(), minlength=1)
    within[0] = 0
    main = int(within.argmax())
    return main > 0 and int(within[main]) < _PIECE * int((labels == main).sum())


def _mask(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return (thumbnail(ink, _SIDE) >= INK).astype(np.uint8)


def _n_alike(mask: NDArray[np.uint8]) -> int:
    """Return how many parts are about as large as the largest one."""
    n, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return int((areas >= _LIKE * areas.max()).sum()) if n > 1 else 0
