"""From a picture to its reading: the whole reading pipeline in one object."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkdigits.choices import LAYOUTS
from inkdigits.contract import Recogniser, Scores
from inkdigits.errors import UsageError
from inkdigits.pictures.digits.candidates import Candidate, candidates
from inkdigits.pictures.digits.normal_form import is_normal
from inkdigits.pictures.geometry.transform import Box, Transform
from inkdigits.pictures.io.decode import Picture, PictureSource, decode
from inkdigits.pictures.page import Page
from inkdigits.recognition import rejection
from inkdigits.recognition.engines.registry import load_recogniser
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.reading import Digit, Expectation, Number, Reading

if TYPE_CHECKING:
    from inkdigits.recognition.detection.detector import Detector
    from inkdigits.recognition.layout.arrangement import Arrangement, Task
    from inkdigits.recognition.numbers.constraints import Constraints
    from inkdigits.recognition.numbers.lexicon import Roster

_MIN_PAGE_SIDE = 40
"""Longer side, in pixels, below which a picture is a crop of one digit."""


class Reader:
    """Reads pictures with one model.

    Parameters
    ----------
    model
        The name of a shipped model, the path of an ``.onnx`` file, or any `Recogniser`; by default
        the shipped model that is best on real pictures, and the detector beside it.
    n_threads
        Threads within one call of the model, where it is loaded here.
    engine
        What computes the model, where it is loaded here; see `load_recogniser`.
    detector
        The ``.onnx`` file of another digit detector, as ``inkdigits train-numbers`` writes it; by default the shipped
        one.

    Raises
    ------
    ModelError
        If there is no such model, or one of the files is damaged or of another kind.
    """

    def __init__(
        self,
        model: "str | os.PathLike[str] | Recogniser | None" = None,
        n_threads: int | None = None,
        engine: str = "auto",
        detector: "str | os.PathLike[str] | None" = None,
    ) -> None:
        if model is None or isinstance(model, (str, os.PathLike)):
            self.recogniser: Recogniser = load_recogniser(model, n_threads, engine)
        else:
            self.recogniser = model
        self._n_threads = n_threads
        self._uses_detector = model is None
        self._detector = None if detector is None else _load_detector(Path(detector), n_threads)
        card = getattr(self.recogniser, "card", None)
        self.card: ModelCard = card if isinstance(card, ModelCard) else ModelCard()

    def read(
        self,
        picture: PictureSource,
        layout: str = "auto",
        length: int | None = None,
        roster: "Roster | str | os.PathLike[str] | Iterable[str | int] | None" = None,
        digits: Iterable[int] | None = None,
        expect: str | None = None,
        ink: str = "any",
    ) -> Reading:
        """Read a picture.

        Parameters
        ----------
        picture
            A path, the bytes of a file, an open file, a Pillow image or an array.
        layout
            What it holds: one ``digit``, a ``line``, ``boxes`` with one digit each, a ``page`` of lines, or
            ``auto`` to decide by what is found. It reads pictures whose longer side is under 40 pixels as one digit.
        length
            How many digits every number has, where it is known; of no effect on ``digit`` and ``boxes``.
        roster
            The valid numbers: a `Roster`, a list, or the path of a text or CSV file; see `Number.match`.
        digits
            The digits that can occur, by default all ten.
        expect
            A number whose probability is asked for; see `Number.expected`.
        ink
            Which digits are wanted: ``handwritten`` ones, ``printed`` ones, or ``any``; the others are left out.

        Returns
        -------
        Reading
            A refused digit is an answer; see `Digit.rejected`.

        Raises
        ------
        PictureError
            If the picture cannot be read as one.
        UsageError
            If there is no such layout or ink, if the length is less than 1, or if ``digits`` or ``expect`` hold
            something else than digits.
        DataError
            If the roster cannot be read.
        """
        if layout not in LAYOUTS:
            raise UsageError(f"there is no layout {layout!r}: expected one of {', '.join(LAYOUTS)}")
        constraints = None
        if any(each is not None for each in (length, roster, digits, expect)) or ink != "any":
            from inkdigits.recognition.numbers.constraints import build_constraints

            constraints = build_constraints(length, roster, digits, expect, ink)
        decoded = decode(picture)
        is_crop = max(decoded.pixels.shape[:2]) < _MIN_PAGE_SIDE
        page = build_page(decoded)
        arrangement: Arrangement | None = None
        if layout in ("line", "boxes", "page"):
            from inkdigits.recognition.layout.choice import read_layout

            arrangement = read_layout(page, self._build_task(constraints), layout)
        elif layout == "auto" and length != 1 and (length or not is_crop):
            from inkdigits.recognition.layout.choice import read_multiple

            arrangement = read_multiple(page, self._build_task(constraints))
        numbers = (
            (self._read_digit(decoded, page, constraints),)
            if arrangement is None
            else arrangement.on_source()
        )
        return Reading(numbers or (_build_blank_number(decoded, constraints),), decoded.given_size)

    def _read_digit(self, decoded: Picture, page: Page, constraints: "Constraints | None") -> Number:
        """Read one digit."""
        found = propose_candidates(decoded, page)
        if not found:
            return _build_blank_number(decoded, constraints)
        scores = self.recogniser.score(np.stack([each.image for each in found]))
        best = choose_candidate(found, scores)
        box, probabilities = found[best].box, scores.probabilities[best]
        is_digit, card, printed = float(scores.is_digit[best]), self.card, None
        if self._uses_detector and not is_normal(decoded.pixels):
            from inkdigits.recognition.detection.locate import grey_levels
            from inkdigits.recognition.single_digit import (
                IS_DIGIT_THRESHOLD,
                THRESHOLD,
                Prediction,
                combine_predictions,
                is_of_ink,
                predict_central_digit,
            )

            seen = predict_central_digit(
                grey_levels(decoded.pixels), page.to_source.source_of(box), self._get_detector()
            )
            prediction = combine_predictions(Prediction(probabilities, is_digit), seen)
            if constraints is not None and not is_of_ink(seen.printed, constraints.ink):
                return _build_blank_number(decoded, constraints)
            probabilities, is_digit = prediction.probabilities.astype(np.float32), prediction.is_digit
            printed = seen.printed
            card = replace(card, threshold=THRESHOLD, is_digit_threshold=IS_DIGIT_THRESHOLD)
        if constraints is not None and constraints.allowed is not None:
            probabilities = rejection.exclude_digits(probabilities, constraints.allowed)
        digit = rejection.build_classified_digit(
            probabilities, is_digit, box, found[best].image, card, box[2:]
        )
        digit = replace(digit, printed=printed)
        match = expected = None
        if constraints is not None and constraints.roster is not None:
            match = constraints.roster.match([(0.0, probabilities[np.newaxis].astype(np.float64))])
        if constraints is not None and constraints.expected is not None:
            text = constraints.expected
            expected = Expectation(
                text, float(probabilities[int(text)] * is_digit) if len(text) == 1 else 0.0
            )
        return Number(digit.character, (digit,), digit.confidence, digit.box, None, match, expected)

    def _build_task(self, constraints: "Constraints | None") -> "Task":
        from inkdigits.recognition.layout.arrangement import Task
        from inkdigits.recognition.numbers.constraints import Constraints

        return Task(self.recogniser, self.card, self._get_detector(), constraints or Constraints())

    def _get_detector(self) -> "Detector":
        """Return the digit detector; the shipped one is loaded when it is first needed."""
        if self._detector is None:
            from inkdigits.recognition.detection.detector import load_shipped_detector

            self._detector = load_shipped_detector(self._n_threads)
        return self._detector


def _load_detector(path: Path, n_threads: int | None) -> "Detector":
    from inkdigits.recognition.detection.detector import Detector

    return Detector(path, n_threads)


def extract_digit_image(
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
    found = propose_candidates(decoded)
    if not found:
        return None, (0, 0, *decoded.given_size), decoded.given_size
    best = 0
    if recogniser is not None and len(found) > 1:
        best = choose_candidate(found, recogniser.score(np.stack([each.image for each in found])))
    return found[best].image, found[best].box, decoded.given_size


def build_page(decoded: Picture) -> Page:
    """Return what is read of a picture."""
    return Page(decoded.pixels, Transform.scaling(*decoded.scale))


def propose_candidates(decoded: Picture, page: Page | None = None) -> list[Candidate]:
    """Propose the digit images that a picture of one digit may hold, the likeliest first.

    A picture that is in MNIST's normal form already is taken as it is.

    Parameters
    ----------
    decoded
        The picture.
    page
        The page that it is read as, where its maps are to be shared.

    Returns
    -------
    list of Candidate
        With boxes in pixels of the picture as it was given; empty where there is no ink.
    """
    pixels = decoded.pixels
    if is_normal(pixels):
        return [Candidate(pixels, (0, 0, *decoded.given_size), 1.0)]
    return candidates(page or build_page(decoded))


def choose_candidate(found: list[Candidate], scores: Scores) -> int:
    """Return the place of the candidate that is likeliest, before and after the recogniser's look."""
    if len(found) == 1:
        return 0
    weights = np.array([each.weight for each in found])
    return int((weights * scores.confidences * scores.is_digit).argmax())


def _build_blank_number(decoded: Picture, constraints: "Constraints | None") -> Number:
    """Return what is read of a picture without a digit."""
    digit = Digit(None, 1.0, (0, 0, *decoded.given_size), (), rejection.BLANK)
    match = expected = None
    if constraints is not None and constraints.roster is not None:
        match = constraints.roster.match([])
    if constraints is not None and constraints.expected is not None:
        expected = Expectation(constraints.expected, 0.0)
    return Number(digit.character, (digit,), digit.confidence, digit.box, None, match, expected)


def read(picture: PictureSource, model: "str | os.PathLike[str] | Recogniser | None" = None) -> Reading:
    """Read one picture; for many, make one `Reader` and keep it.

    Parameters
    ----------
    picture, model
        As in `Reader.read` and `Reader`.
    """
    return Reader(model).read(picture)
