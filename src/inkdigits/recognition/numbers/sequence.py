"""Decode a line of detected symbols: the most probable number, its runner-up, and the probability of any text."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.recognition.digit_classification import exclude_digits
from inkdigits.recognition.numbers.lexicon import Segmentation

Floats = NDArray[np.float64]

_MIN_CERTAINTY = 0.99
"""Probability above which a candidate is a digit, or is not one, in all segmentations that are listed."""

_MAX_AMBIGUOUS = 8
"""Greatest number of other candidates, the most ambiguous ones, to enumerate: 2**8 = 256 segmentations."""


@dataclass(frozen=True)
class TextLine:
    """The candidates of one text line, from left to right, modelled as independent.

    Attributes
    ----------
    found
        The candidates.
    outcomes
        ``float64`` (n, N_SYMBOLS + 1), rows sum to 1: the probabilities of the symbols, and of no symbol.
    """

    found: Detections
    outcomes: Floats

    @classmethod
    def from_detections(cls, found: Detections, allowed: tuple[int, ...] | None = None) -> "TextLine":
        """Compute the outcome probabilities of the candidates of a line.

        Parameters
        ----------
        found
            The candidates, from left to right.
        allowed
            The digits that can occur; None for all. The probability of other digits goes mostly to the class ``other``.
        """
        classes = found.classes.astype(np.float64)
        if allowed is not None:
            classes = exclude_digits(classes, allowed)
            classes[:, OTHER] += 1 - classes.sum(axis=1)
        presence = found.presence.astype(np.float64)[:, np.newaxis]
        return cls(found, np.concatenate([presence * classes, 1 - presence], axis=1))

    @property
    def digit_probabilities(self) -> Floats:
        """Probabilities of the ten digits, and of everything else, ``float64`` (n, 11)."""
        digits = self.outcomes[:, :N_CLASSES]
        return np.concatenate([digits, 1 - digits.sum(axis=1, keepdims=True)], axis=1)

    def choose_digits(self, length: int | None = None) -> NDArray[np.bool_]:
        """Return which candidates are digits in the most probable reading, ``bool`` (n,).

        Parameters
        ----------
        length
            Number of digits, or None if unknown; fewer are returned if there are fewer candidates.
        """
        digits = self.digit_probabilities
        best, non_digit = digits[:, :N_CLASSES].max(axis=1), digits[:, N_CLASSES]
        if length is None:
            return np.asarray(best > self._max_non_digit())
        log_odds = np.log(np.maximum(best, 1e-12)) - np.log(np.maximum(non_digit, 1e-12))
        chosen = np.zeros(len(best), bool)
        chosen[np.argsort(-log_odds, kind="stable")[:length]] = True
        return chosen

    def _max_non_digit(self) -> Floats:
        return np.asarray(self.outcomes[:, N_CLASSES:].max(axis=1, initial=0.0))

    def compute_confidence(self, chosen: NDArray[np.bool_]) -> float:
        """Return the probability that exactly the chosen candidates are digits, each with its most probable label."""
        digits = self.digit_probabilities
        return float(np.where(chosen, digits[:, :N_CLASSES].max(axis=1), digits[:, N_CLASSES]).prod())

    def find_runner_up(self, chosen: NDArray[np.bool_], keep_length: bool = False) -> tuple[int, int, float]:
        """Return the most probable reading that differs from the chosen one in one candidate.

        Parameters
        ----------
        chosen
            ``bool`` (n,): which candidates are digits.
        keep_length
            Whether it must have the same number of digits.

        Returns
        -------
        tuple
            The index of the candidate, its label or -1 if it is not a digit, and the probability of the reading.
        """
        digits = self.digit_probabilities.copy()
        current = np.where(chosen, digits[:, :N_CLASSES].argmax(axis=1), N_CLASSES)
        rows = np.arange(len(digits))
        current_probabilities = np.maximum(digits[rows, current], 1e-12)
        digits[rows, current] = -1.0
        if keep_length:
            digits[:, N_CLASSES] = -1.0
            digits[~chosen] = -1.0
        other = digits.argmax(axis=1)
        ratio = digits[rows, other] / current_probabilities
        best = int(ratio.argmax())
        label = int(other[best])
        return best, label if label < N_CLASSES else -1, self.compute_confidence(chosen) * float(ratio[best])

    def compute_probability(self, text: str) -> float:
        """Return the probability that the digits of the line are exactly those of ``text``, by dynamic programming."""
        prefixes = np.zeros(len(text) + 1)
        prefixes[0] = 1.0
        expected_digits = [int(character) for character in text]
        for each in self.digit_probabilities:
            extended = prefixes[:-1] * each[expected_digits]
            prefixes = prefixes * each[N_CLASSES]
            prefixes[1:] += extended
        return float(prefixes[-1])

    def list_segmentations(self, length: int | None = None) -> list[Segmentation]:
        """List the segmentations of the line into digits, for `inkdigits.recognition.numbers.lexicon.Roster.match`.

        The most ambiguous candidates are enumerated as digit and as non-digit; the others are fixed.

        Parameters
        ----------
        length
            Number of digits, or None if unknown; segmentations of other lengths are left out.

        Returns
        -------
        list of Segmentation
        """
        digits = self.digit_probabilities
        is_digit = 1 - digits[:, N_CLASSES]
        ambiguity = np.minimum(is_digit, 1 - is_digit)
        ambiguous = np.flatnonzero(ambiguity > 1 - _MIN_CERTAINTY)
        enumerated = ambiguous[np.argsort(-ambiguity[ambiguous], kind="stable")][:_MAX_AMBIGUOUS]
        chosen = is_digit > 0.5
        segmentations: list[Segmentation] = []
        for decisions in product((True, False), repeat=len(enumerated)):
            chosen[enumerated] = decisions
            if not chosen.any() or (length is not None and chosen.sum() != length):
                continue
            weight = np.log(np.maximum(np.where(chosen, is_digit, 1 - is_digit), 1e-12)).sum()
            shares = digits[chosen, :N_CLASSES]
            segmentations.append(
                (float(weight), shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12))
            )
        return segmentations
