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
from inkdigits.pictures.ink.ink_map import Ink, convert_to_grey, separate_ink
from inkdigits.pictures.ink.polarity import Polarity, estimate_polarity

_MAX_REDUCED_PIXELS = 1_200_000
"""Pixels of the reduced copy; one digit is not recognised better with more pixels."""

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

    def find_sheet(self) -> "Page | None":
        """Return the sheet of paper on the page, rectified, or None; see `find_sheet`."""
        sheet = None if self.is_sheet else find_sheet(self.pixels)
        return None if sheet is None else Page(sheet.pixels, sheet.to_picture.then(self.to_source), True)

    @cached_property
    def reduced(self) -> "Page":
        """A copy of at most 1.2 million pixels; the page itself if it has no more."""
        height, width = self.pixels.shape[:2]
        if width * height <= _MAX_REDUCED_PIXELS:
            return self
        if width * height < 2 * _MAX_REDUCED_PIXELS:
            return self.shrink((_MAX_REDUCED_PIXELS / (width * height)) ** 0.5)
        even_sized = self.pixels[: height // 2 * 2, : width // 2 * 2]  # exact halving is ten times faster
        halved = cv2.resize(even_sized, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        return self._with_smaller(np.asarray(halved, np.uint8))

    def shrink(self, factor: float) -> "Page":
        """Return a smaller copy; the page itself if the factor is 1 or more."""
        smaller = downscale(self.pixels, int(max(self.pixels.shape[:2]) * factor))
        return self if smaller is self.pixels else self._with_smaller(smaller)

    def _with_smaller(self, pixels: NDArray[np.uint8]) -> "Page":
        height, width = self.pixels.shape[:2]
        scaling = Transform.scaling(width / pixels.shape[1], height / pixels.shape[0])
        return Page(pixels, scaling.then(self.to_source), self.is_sheet)

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
