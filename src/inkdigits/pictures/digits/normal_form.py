"""MNIST's normal form: conversion of a crop of ink to a 28 x 28 digit image.

The steps are those of MNIST, as reconstructed for QMNIST (Yadav and Bottou 2019, "Cold Case: The Lost MNIST Digits",
section 2): crop tightly, scale into 20 x 20 by area-weighted resampling with the aspect ratio kept, and place the
centre of mass at the centre of 28 x 28.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE
from inkdigits.pictures.ink.components import find_touched_edges

BOX = 20
"""Side of the box that a digit fills in the normal form, in pixels."""

_MIN_SQUARE = 10
"""Longer side, in pixels, below which a crop is scaled as if it had this side, so that a speck stays small."""

_WORK_SIDE = 80
"""Longest side, in pixels, of the copy on which the stroke width is measured and changed."""

MIN_STROKE_WIDTH, MAX_STROKE_WIDTH = 1.7, 4.6
"""Range of stroke widths that are not changed, in pixels of the normal form (MNIST: 1.9 to 4.3, the middle 98% of its
training images)."""

_THICKENED_WIDTH = MIN_STROKE_WIDTH + 0.5
"""Stroke width to which thinner strokes are thickened, in pixels of the normal form."""


def normalise(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert a crop of ink to MNIST's normal form.

    Parameters
    ----------
    crop
        ``uint8`` of shape (h, w), ink 255 on paper 0, of any size.

    Returns
    -------
    ndarray
        ``uint8`` of shape (28, 28), ink 255 on paper 0; zeros if there is no ink.
    """
    x, y, width, height = cv2.boundingRect(crop)
    if width == 0 or height == 0:
        return np.zeros((SIDE, SIDE), np.uint8)
    tight = crop[y : y + height, x : x + width]
    if max(width, height) > 1.5 * BOX:
        tight = adjust_stroke_width(tight)
    return _centre(_scale_to_box(tight, max(*tight.shape, _MIN_SQUARE)))


def is_normal(image: NDArray[np.uint8]) -> bool:
    """Return whether a picture is in the normal form: light ink, 28 x 28, scaled and centred like MNIST.

    Parameters
    ----------
    image
        ``uint8`` of shape (h, w) or (h, w, 3).
    """
    if image.shape != (SIDE, SIDE):
        return False
    x, y, width, height = cv2.boundingRect(image)
    if not 18 <= max(width, height) <= BOX or find_touched_edges(x, y, width, height, image.shape).any():
        return False
    moments = cv2.moments(image)
    mass = moments["m00"]
    # If pixel centres lie at +0.5, MNIST's centres of mass lie in [14, 15) on both axes.
    return abs(moments["m10"] / mass - 14.0) <= 0.6 and abs(moments["m01"] / mass - 14.0) <= 0.6


def adjust_stroke_width(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thicken strokes that are too thin for MNIST, relative to the digit's size, and thin strokes that are too thick.

    Parameters
    ----------
    crop
        ``uint8`` of shape (h, w), ink 255 on paper 0, tight around the ink; larger than 20 x 20.

    Returns
    -------
    ndarray
        ``uint8``, at most 80 pixels on the longest side, tight around the ink.
    """
    stroke = measure_stroke_width(crop) * BOX / max(crop.shape)
    while max(crop.shape) > 2 * _WORK_SIDE and stroke < MIN_STROKE_WIDTH:
        # Averaging would erase a hair line, so each halving keeps the maximum of four pixels.
        maximum = cv2.dilate(crop, np.ones((2, 2), np.uint8))
        crop = np.ascontiguousarray(maximum[::2, ::2])
        stroke = measure_stroke_width(crop) * BOX / max(crop.shape)
    height, width = crop.shape
    factor = _WORK_SIDE / max(height, width)
    if factor < 1:
        crop = _resize(crop, max(1, round(width * factor)), max(1, round(height * factor)))
        stroke = measure_stroke_width(crop) * BOX / max(crop.shape)
    scale = BOX / max(crop.shape)
    if stroke <= 0 or MIN_STROKE_WIDTH <= stroke <= MAX_STROKE_WIDTH:
        return crop
    target = _THICKENED_WIDTH if stroke < MIN_STROKE_WIDTH else MAX_STROKE_WIDTH
    change = (target - stroke) / scale
    reach = round(abs(change))
    if reach < 1:
        return crop
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach + 1, reach + 1))
    if change > 0:
        padded = cv2.copyMakeBorder(crop, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
        changed = cv2.dilate(padded, kernel)
    else:
        changed = cv2.erode(crop, kernel)
    x, y, width, height = cv2.boundingRect(changed)
    if width == 0 or height == 0:
        return crop
    return np.asarray(changed[y : y + height, x : x + width], np.uint8)


def measure_stroke_width(crop: NDArray[np.uint8]) -> float:
    """Measure the mean width of the strokes in a crop, in pixels of the crop.

    It is twice the area of the ink divided by the length of its contours.

    Parameters
    ----------
    crop
        ``uint8`` of shape (h, w), ink 255 on paper 0.

    Returns
    -------
    float
        0 if there is no ink.
    """
    padded = cv2.copyMakeBorder(crop, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    contours, _ = cv2.findContours((padded >= 128).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(contour, True) for contour in contours)
    area = float(padded.sum()) / 255.0
    return 2.0 * area / length if length else 0.0


def _scale_to_box(tight: NDArray[np.uint8], square: int) -> NDArray[np.uint8]:
    """Scale a tight crop by 20 / ``square``, and stretch its levels so that the highest is 255."""
    height, width = tight.shape
    if square == BOX:
        scaled = tight
    else:
        scale = BOX / square
        scaled = _resize(tight, max(1, round(width * scale)), max(1, round(height * scale)))
    highest = int(scaled.max())
    if 0 < highest < 255:
        scaled = np.rint(scaled * (255.0 / highest)).astype(np.uint8)
    return scaled


def _centre(scaled: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Place a scaled digit in a 28 x 28 image so that its centre of mass lies at the centre of the image."""
    height, width = scaled.shape
    moments = cv2.moments(scaled)
    mass = moments["m00"]
    image = np.zeros((SIDE, SIDE), np.uint8)
    if mass == 0:
        return image
    left = int(15 - (moments["m10"] / mass + 0.5))
    top = int(15 - (moments["m01"] / mass + 0.5))
    left, top = min(max(left, 0), SIDE - width), min(max(top, 0), SIDE - height)
    image[top : top + height, left : left + width] = scaled
    return image


def _resize(crop: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Scale down by area averaging, and up by cubic interpolation."""
    method = cv2.INTER_AREA if width * height < crop.size else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (width, height), interpolation=method), np.uint8)
