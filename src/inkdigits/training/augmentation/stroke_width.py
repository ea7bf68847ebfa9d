"""With which pen a digit is written anew: a thinner one, a thicker one, or one that draws outlines alone.

Canvases are digit images at twice their resolution (`geometry.CANVAS`), where half a pixel of stroke can be added or
taken away.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))


def pen_growth(
    canvases: NDArray[np.uint8], thinnest: float, thickest: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Choose a pen for each canvas.

    Parameters
    ----------
    canvases
        ``uint8`` of shape (n, 56, 56).
    thinnest, thickest
        Widths of the pens, in pixels of a digit image.
    rng
        Chooses them.

    Returns
    -------
    ndarray
        By how many pixels of a digit image each stroke is to widen (negative: narrow), ``float32`` (n,).
    """
    small = canvases[:, ::2, ::2].astype(np.int16)
    area = small.sum(axis=(1, 2), dtype=np.int64)
    outline = np.abs(np.diff(small, axis=1)).sum(axis=(1, 2), dtype=np.int64)
    outline += np.abs(np.diff(small, axis=2)).sum(axis=(1, 2), dtype=np.int64)
    # A slanted line has up to root 2 times its length of horizontal and vertical edges: pi/4 on average.
    width = 2 * area / np.maximum(outline * (np.pi / 4), 1)
    wanted = np.exp(rng.uniform(np.log(thinnest), np.log(thickest), len(canvases)))
    # Beyond these bounds loops fill up and hairlines break, which no pen does.
    growth = np.clip(wanted - width, np.maximum(-1.5, 0.9 - width), 2.0)
    return np.asarray(growth, np.float32)


def write_anew(canvases: NDArray[np.uint8], growth: NDArray[np.float32]) -> None:
    """Widen or narrow the strokes on canvases in place; ``growth`` in pixels of a digit image.

    A growth of one pixel is one canvas pixel on either side; fractions blend two whole steps.
    """
    for index in np.flatnonzero(np.abs(growth) > 0.1):
        canvas, by = canvases[index], float(growth[index])
        operate = cv2.dilate if by > 0 else cv2.erode
        whole, part = int(abs(by)), abs(by) % 1.0
        for step in range(whole):
            operate(canvas, _SQUARE if step % 2 else _CROSS, dst=canvas)
        if part > 0.1:
            further = operate(canvas, _SQUARE if whole % 2 else _CROSS)
            cv2.addWeighted(further, part, canvas, 1 - part, 0.0, dst=canvas)


def hollow_out(canvases: NDArray[np.uint8], share: float, rng: np.random.Generator) -> None:
    """Leave nothing of some digits but an outline as thick as a thin pen, in place: digits as on posters.

    What is left is what a stroke has beyond itself when it is widened, so the ink keeps its grey values and soft
    edges. An outline is one to one and a half pixels of a digit image thick, and the digit grows by it and by up to
    another pixel each way.

    Parameters
    ----------
    canvases
        ``uint8`` of shape (n, 56, 56).
    share
        The share of canvases that this befalls.
    rng
        Chooses them, and how thick each outline is.
    """
    for index in np.flatnonzero(rng.random(len(canvases)) < share):
        inside = canvases[index].copy()
        for _ in range(int(rng.integers(0, 3))):
            inside = np.asarray(cv2.dilate(inside, _CROSS), np.uint8)
        outside = inside
        for step in range(int(rng.integers(2, 4))):
            outside = np.asarray(cv2.dilate(outside, _SQUARE if step % 2 else _CROSS), np.uint8)
        canvases[index] = cv2.subtract(outside, inside)
