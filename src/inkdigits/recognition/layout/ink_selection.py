"""Select the handwritten or the printed symbols of a picture."""

import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.print_evidence import find_printed
from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.recognition.layout.text_lines import group_lines, split_into_numbers

Indices = NDArray[np.int64]

_MAX_GAP = 0.8
"""Greatest gap between symbols that are printed or handwritten together, in heights of the digits; between the limits
of the gap that separates numbers."""

_MIN_SHARE = 0.1
"""Least share of print, and of handwriting, among the digits of a form that somebody has filled in. Of the digits of
35 handwritten development pages at most 2% count as print, of two filled in forms 58 and 64%, of screenshots of tables
all."""

_MIN_PRINTED_LETTERS = 20
"""Least number of printed letters on a form. Of digits that are drawn by mouse some look printed and others do not, so
the digits alone do not tell. The two filled in forms have 69 and 74, the other development pages at most 12."""


def select_ink(found: Detections, ink: str) -> Indices:
    """Return the ``int64`` indices of the symbols that are ``handwritten`` or ``printed``; else of all of them."""
    if ink not in ("handwritten", "printed"):
        return np.arange(len(found))
    return np.flatnonzero(_are_printed(found) == (ink == "printed"))


def group_page(found: Detections, ink: str) -> list[Indices]:
    """Group the symbols of a page into lines; see `inkdigits.recognition.layout.text_lines.group_lines`.

    Parameters
    ----------
    found
        The symbols of the page.
    ink
        Which of them: ``handwritten``, ``printed``, ``any``, or ``auto`` for the handwritten ones if the page is a form
        that somebody has filled in, else all.

    Returns
    -------
    list of ndarray
        ``int64`` indices of the symbols of each line.
    """
    of_ink = _leave_out_form(found) if ink == "auto" else select_ink(found, ink)
    return [of_ink[line] for line in group_lines(found[of_ink])]


def _leave_out_form(found: Detections) -> Indices:
    """Return the indices of the handwritten symbols if the page is a form that is filled in, else of all symbols.

    Such a page has printed text, and both printed and handwritten digits, more than a few of each.
    """
    is_printed, is_digit = _are_printed(found), found.digits > 0.5
    is_letter = found.presence * found.classes[:, OTHER] > 0.5
    has_text = (is_printed & is_letter).sum() >= _MIN_PRINTED_LETTERS
    share = is_printed[is_digit].mean() if is_digit.any() else 0.0
    is_form = has_text and _MIN_SHARE <= share <= 1 - _MIN_SHARE
    return np.flatnonzero(~is_printed) if is_form else np.arange(len(found))


def _are_printed(found: Detections) -> NDArray[np.bool_]:
    """Return whether each symbol is printed, ``bool`` (n,)."""
    groups = [part for line in group_lines(found) for part in split_into_numbers(line, found, _MAX_GAP)]
    grouped = np.concatenate([np.zeros(0, np.int64), *groups])
    groups += [np.array([i]) for i in np.setdiff1d(np.arange(len(found)), grouped).tolist()]
    return find_printed(found.printed, found.presence, groups)
