"""From a picture to its reading: the whole reading river in one object."""

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser, Scores
from inkdigits.errors import UsageError
from inkdigits.pictures.candidates import Candidate, candidates
from inkdigits.pictures.decode import Picture, PictureSource, decode
from inkdigits.pictures.normalise import is_normal
from inkdigits.pictures.view import View
from inkdigits.recognition import rejection
from inkdigits.recognition.card import ModelCard
from inkdigits.recognition.onnx_recogniser import load_recogniser
from inkdigits.recognition.reading import Box, Digit, Number, Reading

if TYPE_CHECKING:
    from inkdigits.recognition.layouts import Task
    from inkdigits.recognition.roster import Roster

LAYOUTS = ("auto", "digit", "line", "boxes", "page")
"""What a picture may hold."""

_LEAST_SIDE = 40
"""Longer side, in pixels, below which a picture is a crop of one digit."""


class Reader:
    """Reads pictures with one model.

    Parameters
    ----------
    model
        The name of a shipped model, the path of an ``.onnx`` file, or any `Recogniser`; by default
        the shipped model that is best on real pictures.
    n_threads
        Threads within one call of the model, where it is loaded here.
    engine
        What computes the model, where it is loaded here; see `load_recogniser`.
    """

    def __init__(
        self,
        model: "str | os.PathLike[str] | Recogniser | None" = None,
        n_threads: int | None = None,
        engine: str = "auto",
    ) -> None:
        if model is None or isinstance(model, (str, os.PathLike)):
            self.recogniser: Recogniser = load_recogniser(model, n_threads, engine)
        else:
            self.recogniser = model
        card = getattr(self.recogniser, "card", None)
        self.card: ModelCard = card if isinstance(card, ModelCard) else ModelCard()

    def read(
        self,
        picture: PictureSource,
        layout: str = "auto",
        length: int | None = None,
        roster: "Roster | str | os.PathLike[str] | Iterable[str | int] | None" = None,
    ) -> Reading:
        """Read a picture.

        Parameters
        ----------
        picture
            A path, the bytes of a file, an open file, a Pillow image or an array.
        layout
            What it holds: one ``digit``, a ``line``, ``boxes`` with one digit each, a ``page`` of lines, or
            ``auto`` to tell by itself. Arrays and crops of fewer than 40 pixels are one digit to it.
        length
            How many digits every number has, where it is known.
        roster
            The valid numbers: a `Roster`, a list, or the path of a text or CSV file; see `Number.match`.

        Returns
        -------
        Reading
            A refused digit is an answer; see `Digit.rejected`.

        Raises
        ------
        PictureError
            If the picture cannot be read as one.
        UsageError
            If there is no such layout, or the length is less than 1.
        DataError
            If the roster cannot be read.
        """
        if layout not in LAYOUTS:
            raise UsageError(f"there is no layout {layout!r}: expected one of {', '.join(LAYOUTS)}")
        if length is not None and length < 1:
            raise UsageError(f"a number has 1 digit at least, but the length is {length}")
        decoded = decode(picture)
        size = decoded.given_size
        if layout in ("line", "boxes", "page"):
            return self._several(decoded, layout, length, roster)
        view = View(decoded.pixels)
        found = digit_candidates(decoded, view)
        digit = Digit(None, 1.0, (0, 0, *size), (), rejection.BLANK)
        is_crop = max(decoded.pixels.shape[:2]) < _LEAST_SIDE
        if not found and layout == "auto" and length != 1 and not is_crop:
            # What fills a form is taken for a pattern, and no digit is looked for in it.
            from inkdigits.recognition.auto import read_form
            from inkdigits.recognition.layouts import closest

            framed = read_form(*closest(view, self._task(decoded, length, roster)))
            if framed is not None:
                return Reading(tuple(framed), size)
        if found:
            scores = self.recogniser.score(np.stack([each.image for each in found]))
            best = best_candidate(found, scores)
            box = found[best].box
            digit = rejection.judged_digit(
                scores.probabilities[best],
                float(scores.is_digit[best]),
                box,
                found[best].image,
                self.card,
                box[2:],
            )
            if not is_crop:
                from inkdigits.recognition.auto import is_in_pattern, read_several

                task = self._task(decoded, length, roster)
                numbers = read_several(view, digit, task) if layout == "auto" and length != 1 else None
                if numbers is not None:
                    return Reading(tuple(numbers), size)
                if digit.rejected is None and is_in_pattern(view, digit, task):
                    digit = replace(digit, rejected=rejection.NOT_A_DIGIT)
        if roster is None or digit.label is None:
            return _reading(digit, size)
        from inkdigits.recognition.roster import Roster

        probabilities = np.zeros((1, 10))
        for label, probability in ((digit.label, digit.confidence), *digit.alternatives):
            probabilities[0, label] = probability
        match = Roster.load(roster).match([(0.0, probabilities)])
        return Reading((Number(digit.character, (digit,), digit.confidence, digit.box, None, match),), size)

    def _several(self, decoded: Picture, layout: str, length: int | None, roster: Any) -> Reading:
        """Read several digits; a picture without any is blank."""
        from inkdigits.recognition.layouts import closest, read_boxes, read_lines

        view, task = View(decoded.pixels), self._task(decoded, length, roster)
        numbers = read_boxes(*closest(view, task)) if layout == "boxes" else read_lines(view, task, layout)
        if not numbers:
            size = decoded.given_size
            return _reading(Digit(None, 1.0, (0, 0, *size), (), rejection.BLANK), size)
        return Reading(tuple(numbers), decoded.given_size)

    def _task(self, decoded: Picture, length: int | None, roster: Any) -> "Task":
        from inkdigits.recognition.layouts import Task

        valid = None
        if roster is not None:
            from inkdigits.recognition.roster import Roster

            valid = Roster.load(roster)
        return Task(self.recogniser, self.card, length, valid, decoded.scale)


def digit_image(
    picture: PictureSource, recogniser: Recogniser | None = None
) -> tuple[NDArray[np.uint8] | None, Box, tuple[int, int]]:
    """Bring a picture of one digit into MNIST's normal form.

    Parameters
    ----------
    picture
        As in `Reader.read`.
    recogniser
        Asked where the picture can be taken in several ways; without it the likeliest is taken.

    Returns
    -------
    image : ndarray or None
        ``uint8`` of shape (28, 28), ink 255 on paper 0; None where there is no ink.
    box : tuple of int
        x, y, width and height of the digit in pixels of the picture as it was given.
    size : tuple of int
        Width and height of the picture as it was given.
    """
    decoded = decode(picture)
    found = digit_candidates(decoded)
    if not found:
        return None, (0, 0, *decoded.given_size), decoded.given_size
    best = 0
    if recogniser is not None and len(found) > 1:
        best = best_candidate(found, recogniser.score(np.stack([each.image for each in found])))
    return found[best].image, found[best].box, decoded.given_size


def digit_candidates(decoded: Picture, view: View | None = None) -> list[Candidate]:
    """Propose the digit images that a picture of one digit may hold, the likeliest first.

    A picture that is in MNIST's normal form already is taken as it is.

    Parameters
    ----------
    decoded
        The picture.
    view
        A view of it, where its maps are to be shared.

    Returns
    -------
    list of Candidate
        With boxes in pixels of the picture as it was given; empty where there is no ink.
    """
    pixels = decoded.pixels
    if is_normal(pixels):
        return [Candidate(pixels, (0, 0, *decoded.given_size), 1.0)]
    found = candidates(view or View(pixels))
    across, down = decoded.scale
    if across == down == 1.0:
        return found
    return [
        Candidate(
            each.image,
            (
                round(each.box[0] * across),
                round(each.box[1] * down),
                max(1, round(each.box[2] * across)),
                max(1, round(each.box[3] * down)),
            ),
            each.weight,
        )
        for each in found
    ]


def best_candidate(found: list[Candidate], scores: Scores) -> int:
    """Return the place of the candidate that is likeliest, before and after the recogniser's look."""
    if len(found) == 1:
        return 0
    weights = np.array([each.weight for each in found])
    return int((weights * scores.confidences * scores.is_digit).argmax())


def _reading(digit: Digit, size: tuple[int, int]) -> Reading:
    number: Any = Number(digit.character, (digit,), digit.confidence, digit.box)
    return Reading((number,), size)


def read(picture: PictureSource, model: "str | os.PathLike[str] | Recogniser | None" = None) -> Reading:
    """Read one picture; for many, make one `Reader` and keep it.

    Parameters
    ----------
    picture, model
        As in `Reader.read` and `Reader`.
    """
    return Reader(model).read(picture)
