"""The reading pipeline: decode a picture, detect its layout, classify its digits, build the reading."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkdigits.choices import LAYOUTS
from inkdigits.contract import Recogniser, Scores
from inkdigits.errors import UsageError
from inkdigits.pictures.digits.candidates import Candidate, find_candidates
from inkdigits.pictures.digits.normal_form import is_normal
from inkdigits.pictures.geometry.transform import Transform
from inkdigits.pictures.io.decode import Picture, PictureSource, decode
from inkdigits.pictures.page import Page
from inkdigits.recognition import rejection
from inkdigits.recognition.digit_classification import build_classified_digit, exclude_digits
from inkdigits.recognition.engines.registry import load_recogniser
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.reading import Digit, Expectation, Number, Reading

if TYPE_CHECKING:
    from inkdigits.recognition.detection.detector import Detector
    from inkdigits.recognition.layout.arrangement import Arrangement, Task
    from inkdigits.recognition.numbers.constraints import Constraints
    from inkdigits.recognition.numbers.lexicon import Roster

_MIN_PAGE_SIDE = 40
"""Longer side of a picture, in pixels, below which the layout ``auto`` reads it as one digit."""


class Reader:
    """A reader of pictures, with one classifier and one detector.

    Parameters
    ----------
    model
        The name of a shipped model, the path of an ``.onnx`` file, or any `Recogniser`; by default the shipped model
        that is most accurate on real pictures. Only by default are its predictions for single digits combined with
        those of the detector.
    n_threads
        Threads per call of a model that the reader loads; by default the engine chooses.
    engine
        Inference engine of a model that the reader loads; see `load_recogniser`.
    detector
        The ``.onnx`` file of a digit detector from ``inkdigits train-numbers``; by default the shipped detector.

    Raises
    ------
    ModelError
        If a model file is missing or damaged, or its inputs or outputs are of another kind.
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
        ink: str = "auto",
    ) -> Reading:
        """Read a picture.

        Parameters
        ----------
        picture
            A path, the bytes of a file, an open file, a Pillow image or an array.
        layout
            ``digit``, ``line``, ``boxes`` with one digit each, ``page`` of lines, or ``auto`` to detect the layout.
            ``auto`` reads a picture whose longer side is below 40 pixels as one digit.
        length
            Number of digits of each number, if known; ignored for ``digit`` and ``boxes``.
        roster
            The valid numbers: a `Roster`, a list, or the path of a text or CSV file; see `Number.match`.
        digits
            The digits that can occur; by default all ten.
        expect
            A number whose probability is computed; see `Number.expected`.
        ink
            Which digits to read: ``handwritten``, ``printed`` or ``any``; other digits are ignored. ``auto`` reads all,
            except for the print of a page that somebody has filled in by hand.

        Returns
        -------
        Reading
            With at least one number. A rejected digit is part of the reading; see `Digit.rejected`.

        Raises
        ------
        PictureError
            If the picture cannot be decoded.
        UsageError
            If the layout or the ink is unknown, the length is less than 1, or ``digits`` or ``expect`` contain anything
            other than digits.
        DataError
            If the roster cannot be read.
        """
        if layout not in LAYOUTS:
            raise UsageError(
                f"expected layout {', '.join(LAYOUTS[:-1])} or {LAYOUTS[-1]}, but got {layout!r}"
            )
        constraints = None
        if any(each is not None for each in (length, roster, digits, expect)) or ink != "auto":
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
        """Read a picture as one digit."""
        found = propose_candidates(decoded, page)
        if not found:
            return _build_blank_number(decoded, constraints)
        scores = self.recogniser.score(np.stack([each.image for each in found]))
        best = choose_candidate(found, scores)
        box, probabilities = found[best].box, scores.probabilities[best]
        is_digit, card, printed = float(scores.is_digit[best]), self.card, None
        if self._uses_detector and not is_normal(decoded.pixels):
            from inkdigits.recognition.detection.scan import convert_to_grey
            from inkdigits.recognition.single_digit import (
                IS_DIGIT_THRESHOLD,
                THRESHOLD,
                Prediction,
                are_of_ink,
                combine_predictions,
                predict_central_digit,
            )

            by_detector = predict_central_digit(
                convert_to_grey(decoded.pixels), page.to_source.map_box_back(box), self._get_detector()
            )
            prediction = combine_predictions(Prediction(probabilities, is_digit), by_detector)
            if constraints is not None and not are_of_ink([by_detector.printed], constraints.ink)[0]:
                return _build_blank_number(decoded, constraints)
            probabilities, is_digit = prediction.probabilities.astype(np.float32), prediction.is_digit
            printed = by_detector.printed
            card = replace(card, threshold=THRESHOLD, is_digit_threshold=IS_DIGIT_THRESHOLD)
        if constraints is not None and constraints.allowed is not None:
            probabilities = exclude_digits(probabilities, constraints.allowed)
        digit = build_classified_digit(probabilities, is_digit, box, found[best].image, card, box[2:])
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

        return Task(
            self.recogniser, self.card, self._get_detector().with_budget(), constraints or Constraints()
        )

    def _get_detector(self) -> "Detector":
        """Return the digit detector; the shipped one is loaded on first use."""
        if self._detector is None:
            from inkdigits.recognition.detection.detector import load_shipped_detector

            self._detector = load_shipped_detector(self._n_threads)
        return self._detector


def _load_detector(path: Path, n_threads: int | None) -> "Detector":
    from inkdigits.recognition.detection.detector import Detector

    return Detector(path, n_threads)


def build_page(decoded: Picture) -> Page:
    """Build the page of a decoded picture, with its transform to the picture as given."""
    return Page(decoded.pixels, Transform.scaling(*decoded.scale))


def propose_candidates(decoded: Picture, page: Page | None = None) -> list[Candidate]:
    """Propose candidates for the digit image of a picture of one digit, the most probable first.

    A picture in MNIST's normal form is its only candidate.

    Parameters
    ----------
    decoded
        The picture.
    page
        The page of the picture, to share its ink maps; by default a new one.

    Returns
    -------
    list of Candidate
        Boxes in pixels of the picture as given; empty if there is no ink.
    """
    pixels = decoded.pixels
    if is_normal(pixels):
        return [Candidate(pixels, (0, 0, *decoded.given_size), 1.0)]
    return find_candidates(page or build_page(decoded))


def choose_candidate(found: list[Candidate], scores: Scores) -> int:
    """Return the index of the candidate with the greatest product of weight, confidence and ``is_digit``."""
    if len(found) == 1:
        return 0
    weights = np.array([each.weight for each in found])
    return int((weights * scores.confidences * scores.is_digit).argmax())


def _build_blank_number(decoded: Picture, constraints: "Constraints | None") -> Number:
    """Build the number of a picture without a digit: one blank digit."""
    digit = Digit(None, 1.0, (0, 0, *decoded.given_size), (), rejection.BLANK)
    match = expected = None
    if constraints is not None and constraints.roster is not None:
        match = constraints.roster.match([])
    if constraints is not None and constraints.expected is not None:
        expected = Expectation(constraints.expected, 0.0)
    return Number(digit.character, (digit,), digit.confidence, digit.box, None, match, expected)


def read(picture: PictureSource, model: "str | os.PathLike[str] | Recogniser | None" = None) -> Reading:
    """Read one picture. For several pictures, one `Reader` is faster: it loads the models once.

    Parameters
    ----------
    picture, model
        See `Reader.read` and `Reader`.
    """
    return Reader(model).read(picture)
