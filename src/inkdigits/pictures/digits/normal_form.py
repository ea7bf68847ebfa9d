"""MNIST's normal form: how a crop of ink becomes a digit image.

The steps are those by which MNIST was made, as reconstructed for QMNIST (Yadav and Bottou 2019,
"Cold Case: The Lost MNIST Digits", section 2): a tight box, fitted into 20 x 20 keeping its aspect
by area-weighted resampling, placed so that the centre of mass lies at the centre of 28 x 28.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE

BOX = 20
"""Side, in pixels, of the box that a digit fills in the normal form."""

_LEAST_SQUARE = 10
"""Ink smaller than this many pixels is not blown up to fill the box."""

_WORK_SIDE = 80
"""Longest side, in pixels, of the copy on which the width of strokes is measured and changed."""

THINNEST, THICKEST = 1.7, 4.6
"""Widths of strokes, in pixels of the normal form, that are left as they are (MNIST: 1.9 to 4.3, the
middle 98% of its training images)."""


def normalise(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring a crop of ink into MNIST's normal form.

    Parameters
    ----------
    crop
        ``uint8`` of shape (h, w), ink 255 on paper 0, of any size.

    Returns
    -------
    ndarray
        ``uint8`` of shape (28, 28); zeros where there is no ink.
    """
    x, y, width, height = cv2.boundingRect(crop)
    if width == 0 or height == 0:
        return np.zeros((SIDE, SIDE), np.uint8)
    tight = crop[y : y + height, x : x + width]
    side = max(width, height)
    if side > 1.5 * BOX:
        tight = adjust_strokes(tight)
        height, width = tight.shape
        side = max(width, height)
    return _place(_fit(tight, max(side, _LEAST_SQUARE)))


def is_normal(image: NDArray[np.uint8]) -> bool:
    """Tell whether a picture is in the normal form already: light ink, 28 x 28, scaled and centred so."""
    if image.shape != (SIDE, SIDE):
        return False
    x, y, width, height = cv2.boundingRect(image)
    if not 18 <= max(width, height) <= BOX or not (x and y and x + width < SIDE and y + height < SIDE):
        return False
    moments = cv2.moments(image)
    mass = moments["m00"]
    # With pixel centres at +0.5, MNIST's centres of mass lie in [14, 15) on both axes.
    return abs(moments["m10"] / mass - 14.0) <= 0.6 and abs(moments["m01"] / mass - 14.0) <= 0.6


def adjust_strokes(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thicken hair lines and thin bars until they are as wide, for their height, as MNIST's pens.

    Parameters
    ----------
    crop
        ``uint8`` of shape (h, w), tight around the ink; larger than 20 x 20.

    Returns
    -------
    ndarray
        ``uint8``, at most 80 pixels on the longest side, tight around the ink.
    """
    stroke = stroke_width(crop) * BOX / max(crop.shape)
    while max(crop.shape) > 2 * _WORK_SIDE and stroke < THINNEST:
        # Averaging would leave nothing of a hair line: each halving keeps the darkest of four pixels.
        darkest = cv2.dilate(crop, np.ones((2, 2), np.uint8))
        crop = np.ascontiguousarray(darkest[::2, ::2])
        stroke = stroke_width(crop) * BOX / max(crop.shape)
    height, width = crop.shape
    factor = _WORK_SIDE / max(height, width)
    if factor < 1:
        crop = _resize(crop, max(1, round(width * factor)), max(1, round(height * factor)))
        stroke = stroke_width(crop) * BOX / max(crop.shape)
    scale = BOX / max(crop.shape)
    if stroke <= 0 or THINNEST <= stroke <= THICKEST:
        return crop
    wanted = THINNEST + 0.5 if stroke < THINNEST else THICKEST
    change = (wanted - stroke) / scale
    reach = round(abs(change))
    if reach < 1:
        return crop
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach + 1, reach + 1))
    if change > 0:
        framed = cv2.copyMakeBorder(crop, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
        changed = cv2.dilate(framed, kernel)
    else:
        changed = cv2.erode(crop, kernel)
    x, y, width, height = cv2.boundingRect(changed)
    if width == 0 or height == 0:
        return crop
    return np.asarray(changed[y : y + height, x : x + width], np.uint8)


def stroke_width(crop: NDArray[np.uint8]) -> float:
    """Measure the mean width of the strokes in a crop, in its own pixels.

    It is the area of the ink over the length of its outline's half, which for a long stroke of any
    shape is the width.

    Parameters
    ----------
    crop
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    """
    framed = cv2.copyMakeBorder(crop, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    contours, _ = cv2.findContours((framed >= 128).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outline = sum(cv2.arcLength(contour, True) for contour in contours)
    area = float(framed.sum()) / 255.0
    return 2.0 * area / outline if outline else 0.0


def _fit(tight: NDArray[np.uint8], square: int) -> NDArray[np.uint8]:
    """Fit a tight crop into the 20 x 20 box, in the middle of a square of side ``square``."""
    height, width = tight.shape
    if square == BOX:
        fitted = tight
    else:
        scale = BOX / square
        fitted = _resize(tight, max(1, round(width * scale)), max(1, round(height * scale)))
    highest = int(fitted.max())
    if 0 < highest < 255:
        fitted = np.rint(fitted * (255.0 / highest)).astype(np.uint8)
    return fitted


def _place(fitted: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Paste the fitted digit so that its centre of mass lies at the centre of the field."""
    height, width = fitted.shape
    moments = cv2.moments(fitted)
    mass = moments["m00"]
    image = np.zeros((SIDE, SIDE), np.uint8)
    if mass == 0:
        return image
    left = int(15 - (moments["m10"] / mass + 0.5))
    top = int(15 - (moments["m01"] / mass + 0.5))
    left, top = min(max(left, 0), SIDE - width), min(max(top, 0), SIDE - height)
    image[top : top + height, left : left + width] = fitted
    return image


def _resize(crop: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Scale by area down, and smoothly up."""
    smaller = width * height < crop.size
    method = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (width, height), interpolation=method), np.uint8)
