"""Pixels to read, their transform to the given picture, and their ink maps, each computed once."""

from dataclasses import replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.geometry.sheet_rectification import find_sheet
from inkdigits.pictures.geometry.transform import Homography, Transform
from inkdigits.pictures.ink.array_types import Float32Array
from inkdigits.pictures.ink.grey_levels import downscale
from inkdigits.pictures.ink.ink_map import THIN_STROKES, Ink, convert_to_grey, separate_ink
from inkdigits.pictures.ink.line_removal import remove_lines
from inkdigits.pictures.ink.polarity import Polarity, estimate_polarity

_MAX_REDUCED_PIXELS = 1_200_000
"""Pixels of the reduced copy; one digit is not recognised better with more pixels."""

_MIN_LINE_ACROSS, _MIN_LINE_DOWN = 0.5, 0.7
"""Length of the shortest ruled line, as a share of the picture's width, and of its height."""

_IDENTITY = Transform()


class Page:
    """A picture, and its ink maps in both polarities.

    All layouts (one digit, boxes, lines) use the same maps.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.
    to_source
        Transform from pixels of the page to pixels of the given picture.
    is_sheet
        Whether the page shows only a rectified sheet of paper.
    """

    def __init__(
        self, pixels: NDArray[np.uint8], to_source: Transform = _IDENTITY, is_sheet: bool = False
    ) -> None:
        self.pixels = pixels
        self.to_source = to_source
        self.is_sheet = is_sheet
        self._inks: dict[bool, dict[float, Ink]] = {False: {}, True: {}}

    def rotate(self, degrees: float) -> "Page":
        """Return the page rotated counterclockwise; new pixels at its corners have the median level of its border.

        Parameters
        ----------
        degrees
            Angle; a multiple of 90 loses no pixel.
        """
        height, width = self.pixels.shape[:2]
        if degrees % 90 == 0:
            pixels = np.ascontiguousarray(np.rot90(self.pixels, round(degrees / 90)))
            new_height, new_width = pixels.shape[:2]
        else:
            new_height, new_width = _compute_rotated_size(height, width, degrees)
        rotation = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
        rotation[:, 2] += [(new_width - width) / 2, (new_height - height) / 2]
        if degrees % 90:
            border = _compute_border_level(self.pixels)
            pixels = np.asarray(
                cv2.warpAffine(self.pixels, rotation, (new_width, new_height), borderValue=border), np.uint8
            )
        inverse = np.asarray(np.linalg.inv(np.concatenate([rotation, [[0, 0, 1]]])), np.float64)
        return Page(pixels, Transform((Homography(inverse),)).then(self.to_source), self.is_sheet)

    def find_ink(self, light_on_dark: bool | None = None, widest_stroke: float = 0.4) -> Ink:
        """Separate the ink from the paper; see `inkdigits.pictures.ink.ink_map.find_ink`."""
        is_doubtful = False
        if light_on_dark is None:
            light_on_dark, is_doubtful = self._polarity
        known = self._inks[light_on_dark]
        if widest_stroke not in known:
            # On paper of one level the ink does not depend on the widest stroke.
            even = next((each for each in known.values() if each.is_even), None)
            known[widest_stroke] = even or separate_ink(self._grey, light_on_dark, widest_stroke)
        return replace(known[widest_stroke], is_doubtful=True) if is_doubtful else known[widest_stroke]

    @property
    def has_light_ink(self) -> bool:
        """Whether the ink is lighter than the paper."""
        return self._polarity.light_on_dark

    @property
    def may_have_light_ink(self) -> bool:
        """Whether the ink is lighter than the paper, or the polarity is doubtful."""
        return self._polarity.light_on_dark or self._polarity.is_doubtful

    @cached_property
    def sheet(self) -> "Page | None":
        """The sheet of paper in the picture, rectified, or None; see `find_sheet`."""
        sheet = None if self.is_sheet else find_sheet(self.pixels)
        return None if sheet is None else Page(sheet.pixels, sheet.to_picture.then(self.to_source), True)

    @cached_property
    def reduced(self) -> "Page":
        """A copy of at most 1.2 million pixels; the page itself if it has no more."""
        height, width = self.pixels.shape[:2]
        if width * height <= _MAX_REDUCED_PIXELS:
            return self
        if width * height >= 2 * _MAX_REDUCED_PIXELS:  # exact halving is ten times faster
            even_sized = self.pixels[: height // 2 * 2, : width // 2 * 2]
            smaller = np.asarray(
                cv2.resize(even_sized, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8
            )
        else:
            factor = (_MAX_REDUCED_PIXELS / (width * height)) ** 0.5
            smaller = downscale(self.pixels, int(max(width, height) * factor))
        scaling = Transform.scaling(width / smaller.shape[1], height / smaller.shape[0])
        return Page(smaller, scaling.then(self.to_source), self.is_sheet)

    @cached_property
    def inks_without_lines(self) -> list[NDArray[np.uint8]]:
        """The ink map without ruled lines, ``uint8`` of shape (h, w); one per polarity if the polarity is doubtful."""
        likelier = self.find_ink(None, THIN_STROKES)
        found = [likelier]
        if likelier.is_doubtful:
            found.append(self.find_ink(not likelier.light_on_dark, THIN_STROKES))
        inks = []
        for each in found:
            height, width = each.map.shape
            cleaned = remove_lines(each.map, _MIN_LINE_ACROSS * width, _MIN_LINE_DOWN * height)
            inks.append(each.map if cleaned is None else cleaned.ink)
        return inks

    @cached_property
    def _grey(self) -> Float32Array:
        return convert_to_grey(self.pixels)

    @cached_property
    def _polarity(self) -> Polarity:
        return estimate_polarity(self._grey)


def _compute_rotated_size(height: int, width: int, degrees: float) -> tuple[int, int]:
    """Return height and width of the upright picture that contains a rotated one."""
    sine, cosine = abs(np.sin(np.radians(degrees))), abs(np.cos(np.radians(degrees)))
    return int(np.ceil(height * cosine + width * sine)), int(np.ceil(width * cosine + height * sine))


def _compute_border_level(pixels: NDArray[np.uint8]) -> tuple[int, ...]:
    """Return the median level along the border of a picture, per channel."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]).reshape(
        -1, *pixels.shape[2:]
    )
    return tuple(int(level) for level in np.atleast_1d(np.median(border, axis=0)))
