"""Lists of valid numbers, against which a reading is matched by its summed log-probability."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import DataError
from inkdigits.recognition.reading import Match

Segmentation = tuple[float, NDArray[np.float64]]
"""Log-weight of one way to cut a number into digits, and the probabilities (length, 10) of these digits."""

_MIN_PROBABILITY = 1e-4
"""Least probability of a digit: networks are surer than they should be, above all where they are wrong."""

_OUT_OF_LIST_PRIOR = 0.1
"""Probability, before anything is read, that a number is not in the list."""

_UNIFORM_SHARE = 0.1
"""Share of the numbers beyond the list that have, in a given place, any digit, and not one as the entries have it."""

_OTHER_LENGTH_PROBABILITY = 0.01
"""Probability of each length that no entry has, among the numbers beyond the list."""


class Roster:
    """A list of valid numbers.

    Parameters
    ----------
    entries
        The numbers, as text or whole numbers. Separators such as points and dashes may stand in them.

    Raises
    ------
    DataError
        If there are none, or if one has no digit or something that is no part of a number.
    """

    def __init__(self, entries: Iterable[str | int]) -> None:
        self.entries: tuple[str, ...] = tuple(dict.fromkeys(str(entry).strip() for entry in entries))
        if not self.entries:
            raise DataError("the roster is empty: expected a list of valid numbers")
        by_length: dict[int, tuple[list[int], list[list[int]]]] = {}
        for place, entry in enumerate(self.entries):
            digits = [int(character) for character in entry if character in "0123456789"]
            if not digits or any(character not in "0123456789.,-/ " for character in entry):
                raise DataError(
                    f"the roster holds {entry!r}, which is no number: expected digits, and separators at most"
                )
            places, rows = by_length.setdefault(len(digits), ([], []))
            places.append(place)
            rows.append(digits)
        self._by_length = {
            length: (np.array(places, np.int64), np.array(rows, np.int64).T.copy())
            for length, (places, rows) in by_length.items()
        }
        self._frequencies_by_length = {
            length: _estimate_frequencies(digits) for length, (_, digits) in self._by_length.items()
        }

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def lengths(self) -> tuple[int, ...]:
        """How many digits the entries have, each number once."""
        return tuple(self._by_length)

    @classmethod
    def load(cls, source: "Roster | str | os.PathLike[str] | Iterable[str | int]") -> "Roster":
        """Return a roster from a list, or from a text or CSV file.

        A text file has one number a line. Of a CSV file the first column is taken in which every row but
        a heading holds a number.

        Raises
        ------
        DataError
            If the file cannot be read or holds no numbers.
        """
        if isinstance(source, Roster):
            return source
        if not isinstance(source, (str, os.PathLike)):
            return cls(source)
        path = Path(source)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise DataError(
                f"the roster {path} cannot be read: {reason}; expected a text or CSV file of numbers"
            ) from error
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if path.suffix.lower() != ".csv":
            return cls(line for line in lines if not line.startswith("#"))
        return cls(_find_number_column(lines, path))

    def match(self, segmentations: list[Segmentation]) -> Match:
        """Find the entry that a reading matches best.

        Parameters
        ----------
        spellings
            The ways to cut the number into digits, with their log-weights, which need not sum to 1.

        Returns
        -------
        Match
        """
        n = len(self.entries)
        if not segmentations:
            return Match(None, 0.0, None, 0.0, False)
        heaviest = max(weight for weight, _ in segmentations)
        total = float(np.sum([np.exp(weight - heaviest) for weight, _ in segmentations]))
        likelihood = np.zeros(n)
        beyond = 0.0
        for weight, probabilities in segmentations:
            share = float(np.exp(weight - heaviest)) / total
            length = len(probabilities)
            if length not in self._by_length:
                beyond += share * _OTHER_LENGTH_PROBABILITY * 10.0**-length
                continue
            places, digits = self._by_length[length]
            floored = np.maximum(probabilities, _MIN_PROBABILITY)
            # A number that is not in the list looks like those that are: as long, and with their digits in its places.
            alike = float((self._frequencies_by_length[length] * floored).sum(axis=1).prod())
            beyond += share * len(places) / n * alike
            if share < 1e-9:
                continue
            logs = np.log(floored)
            score = logs[0][digits[0]]
            for position in range(1, length):
                score = score + logs[position][digits[position]]
            likelihood[places] += share * np.exp(score)
        joint = likelihood * ((1.0 - _OUT_OF_LIST_PRIOR) / n)
        evidence = float(joint.sum()) + _OUT_OF_LIST_PRIOR * beyond
        best = int(joint.argmax())
        if joint[best] <= 0.0:
            return Match(None, 0.0, None, 0.0, False)
        in_list = float(joint.sum()) > _OUT_OF_LIST_PRIOR * beyond
        first = float(joint[best])
        joint[best] = -1.0
        second = int(joint.argmax())
        runner_up, margin = None, float("inf")
        if n > 1 and joint[second] > 0.0:
            runner_up = self.entries[second], float(joint[second]) / evidence
            margin = float(np.log(first / joint[second]))
        return Match(self.entries[best], first / evidence, runner_up, margin, in_list)


def _estimate_frequencies(digits: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how often each digit stands in each place, (length, 10), of numbers like the entries, (length, n).

    Each digit is counted once more than it stands there: a few entries say little of others.
    """
    counts = np.stack([np.bincount(column, minlength=10) for column in digits])
    return np.asarray((1.0 - _UNIFORM_SHARE) * (counts + 1) / (digits.shape[1] + 10) + _UNIFORM_SHARE / 10)


def _find_number_column(lines: list[str], path: Path) -> list[str]:
    """Return the first column of CSV lines that holds numbers, without its heading."""
    import csv

    try:
        dialect: Any = csv.Sniffer().sniff("\n".join(lines[:20]), ",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, dialect)]
    for column in range(max((len(row) for row in rows), default=0)):
        cells = [row[column] for row in rows if len(row) > column and row[column]]
        for values in (cells, cells[1:]):
            if values and all(_is_number(value) for value in values):
                return values
    raise DataError(f"the roster {path} has no column of numbers: expected one number a row")


def _is_number(text: str) -> bool:
    return any(character.isdigit() for character in text) and all(
        character in "0123456789.,-/ " for character in text
    )
