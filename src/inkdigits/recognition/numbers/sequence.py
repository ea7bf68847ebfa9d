"""What a line of detected symbols says: the likeliest number, and the probability of any other."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.recognition.numbers.lexicon import Segmentation
from inkdigits.recognition.rejection import exclude_digits

Floats = NDArray[np.float64]

_MIN_CERTAINTY = 0.99
"""Probability from which it is taken as settled, when ways to read are listed, whether a candidate is a digit."""

_MAX_AMBIGUOUS = 8
"""Candidates that may be left open then: 256 ways to read."""


@dataclass(frozen=True)
class TextLine:
    """The candidates of one line, from left to right, each one independent of the others.

    Attributes
    ----------
    found
        The candidates.
    outcomes
        ``float64`` (n, N_SYMBOLS + 1): the probability that a candidate is each of the symbols, or nothing.
    """

    found: Detections
    outcomes: Floats

    @classmethod
    def from_detections(cls, found: Detections, allowed: tuple[int, ...] | None = None) -> "TextLine":
        """Weigh the candidates of a line.

        Parameters
        ----------
        found
            The candidates, from left to right.
        allowed
            The digits that can occur. What looks like another one is a stranger, rather than the next likeliest digit.
        """
        classes = found.classes.astype(np.float64)
        if allowed is not None:
            classes = exclude_digits(classes, allowed)
            classes[:, OTHER] += 1 - classes.sum(axis=1)
        presence = found.presence.astype(np.float64)[:, np.newaxis]
        return cls(found, np.concatenate([presence * classes, 1 - presence], axis=1))

    @property
    def digit_probabilities(self) -> Floats:
        """Probability of each digit, and that it is none, ``float64`` (n, 11)."""
        digits = self.outcomes[:, :N_CLASSES]
        return np.concatenate([digits, 1 - digits.sum(axis=1, keepdims=True)], axis=1)

    def choose_digits(self, length: int | None = None) -> NDArray[np.bool_]:
        """Return which candidates are digits in the likeliest reading, ``bool`` (n,).

        Parameters
        ----------
        length
            How many digits there are, where it is known; fewer are returned where there are fewer candidates.
        """
        digits = self.digit_probabilities
        best, none = digits[:, :N_CLASSES].max(axis=1), digits[:, N_CLASSES]
        if length is None:
            return np.asarray(best > self._max_non_digit())
        gain = np.log(np.maximum(best, 1e-12)) - np.log(np.maximum(none, 1e-12))
        chosen = np.zeros(len(best), bool)
        chosen[np.argsort(-gain, kind="stable")[:length]] = True
        return chosen

    def _max_non_digit(self) -> Floats:
        return np.asarray(self.outcomes[:, N_CLASSES:].max(axis=1, initial=0.0))

    def compute_confidence(self, chosen: NDArray[np.bool_]) -> float:
        """Return the probability that exactly the chosen candidates are digits, and each the likeliest one."""
        digits = self.digit_probabilities
        return float(np.where(chosen, digits[:, :N_CLASSES].max(axis=1), digits[:, N_CLASSES]).prod())

    def find_runner_up(self, chosen: NDArray[np.bool_], keep_length: bool = False) -> tuple[int, int, float]:
        """Return the likeliest reading that differs from the chosen one in one candidate.

        Parameters
        ----------
        chosen
            ``bool`` (n,): which candidates are digits.
        keep_length
            Whether it has as many digits.

        Returns
        -------
        tuple
            The candidate, its digit there or -1 where it is none, and the probability of that reading.
        """
        digits = self.digit_probabilities.copy()
        now = np.where(chosen, digits[:, :N_CLASSES].argmax(axis=1), N_CLASSES)
        rows = np.arange(len(digits))
        chances = np.maximum(digits[rows, now], 1e-12)
        digits[rows, now] = -1.0
        if keep_length:
            digits[:, N_CLASSES] = -1.0
            digits[~chosen] = -1.0
        other = digits.argmax(axis=1)
        ratio = digits[rows, other] / chances
        best = int(ratio.argmax())
        label = int(other[best])
        return best, label if label < N_CLASSES else -1, self.compute_confidence(chosen) * float(ratio[best])

    def compute_probability(self, text: str) -> float:
        """Return the probability that the digits of the line are exactly those of a text."""
        reached = np.zeros(len(text) + 1)
        reached[0] = 1.0
        wanted = [int(character) for character in text]
        for each in self.digit_probabilities:
            stepped = reached[:-1] * each[wanted]
            reached = reached * each[N_CLASSES]
            reached[1:] += stepped
        return float(reached[-1])

    def list_segmentations(self, length: int | None = None) -> list[Segmentation]:
        """Return the ways to read the line, as `inkdigits.recognition.numbers.lexicon.Roster.match` takes them.

        Parameters
        ----------
        length
            How many digits there are, where it is known.

        Candidates that are settled stay as they are; of the others the most doubtful are taken either way.
        """
        digits = self.digit_probabilities
        is_digit = 1 - digits[:, N_CLASSES]
        doubt = np.minimum(is_digit, 1 - is_digit)
        doubtful = np.flatnonzero(doubt > 1 - _MIN_CERTAINTY)
        open_ones = doubtful[np.argsort(-doubt[doubtful], kind="stable")][:_MAX_AMBIGUOUS]
        chosen = is_digit > 0.5
        ways: list[Segmentation] = []
        for decisions in product((True, False), repeat=len(open_ones)):
            chosen[open_ones] = decisions
            if not chosen.any() or (length is not None and chosen.sum() != length):
                continue
            weight = np.log(np.maximum(np.where(chosen, is_digit, 1 - is_digit), 1e-12)).sum()
            shares = digits[chosen, :N_CLASSES]
            ways.append((float(weight), shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)))
        return ways
