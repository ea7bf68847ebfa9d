"""Rosters: lists of valid numbers, among which a reading is matched by posterior probability."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import DataError
from inkdigits.files.limits import MAX_ROSTER_COLUMNS, MAX_ROSTER_DIGITS
from inkdigits.files.text_files import LimitError, read_lines
from inkdigits.recognition.reading import Match

Segmentation = tuple[float, NDArray[np.float64]]
"""Log-weight of one segmentation of a number into digits, and the probabilities of these digits, (length, 10)."""

_MIN_PROBABILITY = 1e-4
"""Least probability of a digit: networks are overconfident, most of all on their errors."""

_OUT_OF_LIST_PRIOR = 0.1
"""Prior probability that a number is not in the list."""

_UNIFORM_SHARE = 0.1
"""Weight of the uniform distribution in the distribution of digits, per position, of numbers that are not in the
list."""

_OTHER_LENGTH_PROBABILITY = 0.01
"""Prior probability, for numbers that are not in the list, of each length that no entry has."""


_MAX_SNIFFED = 200
"""Characters of each line from which the separator of a CSV file is inferred."""


class Roster:
    """A list of valid numbers.

    Parameters
    ----------
    entries
        The numbers, as text or integers. They may contain separators such as points and dashes.

    Raises
    ------
    DataError
        If there are no entries, or if one has no digit, or a character other than digits and separators.
    """

    def __init__(self, entries: Iterable[str | int]) -> None:
        self.entries: tuple[str, ...] = tuple(dict.fromkeys(str(entry).strip() for entry in entries))
        if not self.entries:
            raise DataError("expected a roster with at least one number, but it is empty")
        by_length: dict[int, tuple[list[int], list[list[int]]]] = {}
        for index, entry in enumerate(self.entries):
            digits = [int(character) for character in entry if character in "0123456789"]
            if not digits or any(character not in "0123456789.,-/ " for character in entry):
                raise DataError(
                    f"expected digits and separators in each entry of the roster, but got {entry!r:.80}"
                )
            if len(digits) > MAX_ROSTER_DIGITS:
                raise DataError(
                    f"expected at most {MAX_ROSTER_DIGITS} digits in each entry of the roster, but "
                    f"{entry!r:.40}... has {len(digits)}"
                )
            indices, rows = by_length.setdefault(len(digits), ([], []))
            indices.append(index)
            rows.append(digits)
        self._by_length = {
            length: (np.array(indices, np.int64), np.array(rows, np.int64).T.copy())
            for length, (indices, rows) in by_length.items()
        }
        self._frequencies_by_length = {
            length: _estimate_frequencies(digits) for length, (_, digits) in self._by_length.items()
        }

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def lengths(self) -> tuple[int, ...]:
        """The numbers of digits that entries have, each once."""
        return tuple(self._by_length)

    @classmethod
    def load(cls, source: "Roster | str | os.PathLike[str] | Iterable[str | int]") -> "Roster":
        """Load a roster from a list, or from a text or CSV file.

        A text file has one number per line; lines that start with ``#`` are comments. The entries of a CSV file are
        its first column with a number in every row, a heading excepted.

        Parameters
        ----------
        source
            A roster, which is returned as is; a list of numbers; or the path of a file in UTF-8.

        Returns
        -------
        Roster

        Raises
        ------
        DataError
            If the file cannot be read or has no numbers.
        """
        if isinstance(source, Roster):
            return source
        if not isinstance(source, (str, os.PathLike)):
            return cls(source)
        path = Path(source)
        try:
            text = read_lines(path)
        except (OSError, UnicodeDecodeError, LimitError) as error:
            reason = getattr(error, "strerror", None) or error
            raise DataError(
                f"expected a roster in a text or CSV file, but {path} cannot be read: {reason}"
            ) from error
        lines = [line.strip() for line in text if line.strip()]
        if path.suffix.lower() != ".csv":
            return cls(line for line in lines if not line.startswith("#"))
        return cls(_find_number_column(lines, path))

    def match(self, segmentations: list[Segmentation]) -> Match:
        """Find the entry with the greatest posterior probability.

        The posterior follows from the likelihoods of all entries, with equal priors, and of a model of numbers that are
        not in the list: they have the lengths of the entries, and the digits of the entries in each position.

        Parameters
        ----------
        segmentations
            The segmentations of the number into digits. Their weights need not sum to 1.

        Returns
        -------
        Match
            Without an entry if no segmentation has the length of an entry.
        """
        n = len(self.entries)
        if not segmentations:
            return Match(None, 0.0, None, 0.0, False)
        max_weight = max(weight for weight, _ in segmentations)
        total = float(np.sum([np.exp(weight - max_weight) for weight, _ in segmentations]))
        likelihood = np.zeros(n)
        out_of_list = 0.0
        for weight, probabilities in segmentations:
            share = float(np.exp(weight - max_weight)) / total
            length = len(probabilities)
            if length not in self._by_length:
                out_of_list += share * _OTHER_LENGTH_PROBABILITY * 10.0**-length
                continue
            indices, digits = self._by_length[length]
            clipped = np.maximum(probabilities, _MIN_PROBABILITY)
            # Numbers that are not in the list are modelled by the lengths and the digit frequencies of the entries.
            likelihood_out_of_list = float((self._frequencies_by_length[length] * clipped).sum(axis=1).prod())
            out_of_list += share * len(indices) / n * likelihood_out_of_list
            if share < 1e-9:
                continue
            log_probabilities = np.log(clipped)
            log_likelihood = log_probabilities[0][digits[0]]
            for position in range(1, length):
                log_likelihood = log_likelihood + log_probabilities[position][digits[position]]
            likelihood[indices] += share * np.exp(log_likelihood)
        joint = likelihood * ((1.0 - _OUT_OF_LIST_PRIOR) / n)
        evidence = float(joint.sum()) + _OUT_OF_LIST_PRIOR * out_of_list
        best = int(joint.argmax())
        if joint[best] <= 0.0:
            return Match(None, 0.0, None, 0.0, False)
        in_list = float(joint.sum()) > _OUT_OF_LIST_PRIOR * out_of_list
        first = float(joint[best])
        joint[best] = -1.0
        second = int(joint.argmax())
        runner_up, margin = None, float("inf")
        if n > 1 and joint[second] > 0.0:
            runner_up = self.entries[second], float(joint[second]) / evidence
            margin = float(np.log(first / joint[second]))
        return Match(self.entries[best], first / evidence, runner_up, margin, in_list)


def _estimate_frequencies(digits: NDArray[np.int64]) -> NDArray[np.float64]:
    """Estimate the probabilities of the digits per position, (length, 10), from entries (length, n).

    The counts are smoothed by one (Laplace), since few entries are little evidence for other numbers.
    """
    counts = np.stack([np.bincount(column, minlength=10) for column in digits])
    return np.asarray((1.0 - _UNIFORM_SHARE) * (counts + 1) / (digits.shape[1] + 10) + _UNIFORM_SHARE / 10)


def _find_number_column(lines: list[str], path: Path) -> list[str]:
    """Return the first column of CSV lines that has only numbers, without its heading."""
    import csv

    try:
        # Short lines, because the sniffer's time grows with the square of its text.
        dialect: Any = csv.Sniffer().sniff("\n".join(line[:_MAX_SNIFFED] for line in lines[:20]), ",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [[cell.strip() for cell in row[:MAX_ROSTER_COLUMNS]] for row in csv.reader(lines, dialect)]
    except csv.Error as error:
        raise DataError(f"expected a roster in CSV, but {path} cannot be read: {error}") from error
    for column in range(max((len(row) for row in rows), default=0)):
        cells = [row[column] for row in rows if len(row) > column and row[column]]
        for values in (cells, cells[1:]):
            if values and all(_is_number(value) for value in values):
                return values
    raise DataError(f"expected a column with a number in each row, but the roster {path} has none")


def _is_number(text: str) -> bool:
    return any(character.isdigit() for character in text) and all(
        character in "0123456789.,-/ " for character in text
    )
