"""The pixels that are read, where they lie in the given picture, and their ink, computed once when first asked for."""

from dataclasses import replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.geometry.sheet_rectification import find_sheet
from inkdigits.pictures.geometry.transform import Projection, Transform
from inkdigits.pictures.ink.ink_map import THIN_STROKES, Ink, grey_of, ink_of, judged_polarity
from inkdigits.pictures.ink.line_removal import without_rules
from inkdigits.pictures.ink.polarity import Floats, thumbnail

_ENOUGH_PIXELS = 1_200_000
"""Pixels in which one digit is seen as well as in more."""

_AS_GIVEN = Transform()


class Page:
    """A picture, and its ink in either polarity.

    Whatever asks how a picture is to be read, whether as one digit, as boxes or as lines, asks the same maps.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.
    to_source
        Where a place of it lies in the picture as it was given.
    is_flat
        Whether it shows nothing but a sheet of paper, straightened.
    """

    def __init__(
        self, pixels: NDArray[np.uint8], to_source: Transform = _AS_GIVEN, is_flat: bool = False
    ) -> None:
        self.pixels = pixels
        self.to_source = to_source
        self.is_flat = is_flat
        self._inks: dict[bool, dict[float, Ink]] = {False: {}, True: {}}

    def turned(self, degrees: float) -> "Page":
        """Return the page turned to the left; what comes in at its corners has the grey of its border."""
        height, width = self.pixels.shape[:2]
        if degrees % 90 == 0:
            pixels = np.ascontiguousarray(np.rot90(self.pixels, round(degrees / 90)))
        tall, wide = pixels.shape[:2] if degrees % 90 == 0 else _size_about(height, width, degrees)
        about = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
        about[:, 2] += [(wide - width) / 2, (tall - height) / 2]
        if degrees % 90:
            pixels = np.asarray(
                cv2.warpAffine(self.pixels, about, (wide, tall), borderValue=_border_of(self.pixels)),
                np.uint8,
            )
        back = Projection(np.asarray(np.linalg.inv(np.concatenate([about, [[0, 0, 1]]])), np.float64))
        return Page(pixels, Transform((back,)).then(self.to_source), self.is_flat)

    def ink(self, light_on_dark: bool | None = None, widest_stroke: float = 0.4) -> Ink:
        """Separate the ink from the paper; see `inkdigits.pictures.ink.ink_map.find_ink`."""
        doubtful = False
        if light_on_dark is None:
            light_on_dark, doubtful = self._polarity
        known = self._inks[light_on_dark]
        if widest_stroke not in known:
            # On paper of one level nothing is asked about the widest stroke.
            flat = next((each for each in known.values() if each.flat), None)
            known[widest_stroke] = flat or ink_of(self._grey, light_on_dark, widest_stroke)
        return replace(known[widest_stroke], doubtful=True) if doubtful else known[widest_stroke]

    @property
    def is_light(self) -> bool:
        """Whether the ink is lighter than the paper, rather than darker."""
        return self._polarity[0]

    @property
    def may_be_light(self) -> bool:
        """Whether the ink is lighter than the paper, or may be."""
        light_on_dark, doubtful = self._polarity
        return light_on_dark or doubtful

    @cached_property
    def on_sheet(self) -> "Page | None":
        """The sheet of paper that lies in the picture, if one does; see `find_sheet`."""
        sheet = None if self.is_flat else find_sheet(self.pixels)
        return None if sheet is None else Page(sheet.pixels, sheet.to_picture.then(self.to_source), True)

    @cached_property
    def reduced(self) -> "Page":
        """A copy with as many pixels as one digit needs; the page itself where it has no more."""
        height, width = self.pixels.shape[:2]
        if width * height <= _ENOUGH_PIXELS:
            return self
        if width * height >= 2 * _ENOUGH_PIXELS:  # exact halves are ten times as fast
            half = self.pixels[: height // 2 * 2, : width // 2 * 2]
            smaller = np.asarray(
                cv2.resize(half, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8
            )
        else:
            factor = (_ENOUGH_PIXELS / (width * height)) ** 0.5
            smaller = thumbnail(self.pixels, int(max(width, height) * factor))
        scaling = Transform.scaling(width / smaller.shape[1], height / smaller.shape[0])
        return Page(smaller, scaling.then(self.to_source), self.is_flat)

    @cached_property
    def clean_inks(self) -> list[NDArray[np.uint8]]:
        """The ink of a picture of writing without ruled lines, ``uint8`` of shape (h, w).

        Where it is doubtful whether light or dark is the ink, as beside the edge of a shadow, there are both.
        """
        likelier = self.ink(None, THIN_STROKES)
        found = [likelier]
        if likelier.doubtful:
            found.append(self.ink(not likelier.light_on_dark, THIN_STROKES))
        inks = []
        for each in found:
            height, width = each.map.shape
            cleaned = without_rules(each.map, 0.5 * width, 0.7 * height)
            inks.append(each.map if cleaned is None else cleaned.ink)
        return inks

    @cached_property
    def _grey(self) -> Floats:
        return grey_of(self.pixels)

    @cached_property
    def _polarity(self) -> tuple[bool, bool]:
        return judged_polarity(self._grey)


def _size_about(height: int, width: int, degrees: float) -> tuple[int, int]:
    """Return height and width of the upright picture that holds a turned one."""
    sine, cosine = abs(np.sin(np.radians(degrees))), abs(np.cos(np.radians(degrees)))
    return int(np.ceil(height * cosine + width * sine)), int(np.ceil(width * cosine + height * sine))


def _border_of(pixels: NDArray[np.uint8]) -> tuple[int, ...]:
    """Return the median level along the border of a picture, of each channel."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]).reshape(
        -1, *pixels.shape[2:]
    )
    return tuple(int(level) for level in np.atleast_1d(np.median(border, axis=0)))
