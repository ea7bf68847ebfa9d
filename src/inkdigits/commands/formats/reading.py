"""Readings as they are written: text, JSON, JSON lines, CSV, TSV, hOCR, ALTO; `docs/reading.md` has the schema."""

import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from inkdigits.recognition.reading import Expectation, Number, Reading

FORMATS = ("text", "json", "jsonl", "csv", "tsv", "hocr", "alto")
"""The names of the formats."""

COLUMNS = (
    "picture",
    "number",
    "text",
    "confidence",
    "runner_up",
    "x",
    "y",
    "width",
    "height",
    "match",
    "posterior",
    "expected",
    "row",
    "column",
)
"""The columns of CSV and TSV, a row a number."""


class Writer(Protocol):
    """Writes the results of many pictures to the standard output, as they come."""

    def reading(self, picture: str, reading: "Reading") -> None:
        """Write what was read of a picture."""

    def failure(self, picture: str, error: str) -> None:
        """Write that a picture could not be read, where the format has a place for that."""

    def finish(self) -> None:
        """Write what can be written only when all is known."""


def writer(form: str, alone: bool) -> Writer:
    """Return the writer of a format.

    Parameters
    ----------
    form
        One of `FORMATS`.
    alone
        Whether there is one picture only, so that its name need not be told and JSON is one object.
    """
    match form:
        case "json":
            return _Json(alone)
        case "jsonl":
            return _JsonLines()
        case "csv":
            return _Table(",")
        case "tsv":
            return _Table("\t")
        case "hocr" | "alto":
            return _Archive(form)
    return _Text(alone)


class _Text:
    """A number a line, behind the name of its picture where there are several, before its match and its expectation."""

    def __init__(self, alone: bool) -> None:
        self._alone = alone

    def reading(self, picture: str, reading: "Reading") -> None:
        for number in reading.numbers:
            match = () if number.match is None else (_matched(number)[0] or "-",)
            expected = () if number.expected is None else (_verdict(number.expected),)
            _write_line("\t".join((*(() if self._alone else (picture,)), number.text, *match, *expected)))

    def failure(self, picture: str, error: str) -> None:
        """Write nothing: the standard error has it."""

    def finish(self) -> None:
        """Write nothing more."""


class _Json:
    """One object for one picture, else a list of them."""

    def __init__(self, alone: bool) -> None:
        self._alone = alone
        self._records: list[dict[str, Any]] = []

    def reading(self, picture: str, reading: "Reading") -> None:
        self._records.append({"picture": picture, **reading.to_json()})

    def failure(self, picture: str, error: str) -> None:
        self._records.append({"picture": picture, "error": error})

    def finish(self) -> None:
        import json

        content = self._records[0] if self._alone and len(self._records) == 1 else self._records
        _write_line(json.dumps(content, indent=2, ensure_ascii=False))


class _JsonLines:
    """An object a line."""

    def reading(self, picture: str, reading: "Reading") -> None:
        self._write({"picture": picture, **reading.to_json()})

    def failure(self, picture: str, error: str) -> None:
        self._write({"picture": picture, "error": error})

    def finish(self) -> None:
        """Write nothing more."""

    def _write(self, record: dict[str, Any]) -> None:
        import json

        _write_line(json.dumps(record, ensure_ascii=False))


class _Table:
    """A row a number below a row of names, quoted as RFC 4180 has it."""

    def __init__(self, delimiter: str) -> None:
        import csv

        self._file = sys.stdout
        self._rows = csv.writer(self._file, delimiter=delimiter, lineterminator="\n")
        self._write(COLUMNS)

    def reading(self, picture: str, reading: "Reading") -> None:
        for place, number in enumerate(reading.numbers, start=1):
            runner_up = number.runner_up[0] if number.runner_up else ""
            row = (picture, place, number.text, f"{number.confidence:.6f}", runner_up, *number.box)
            expected = "" if number.expected is None else f"{number.expected.probability:.6f}"
            place_in_table = ("" if each is None else each for each in (number.row, number.column))
            self._write((*row, *_matched(number), expected, *place_in_table))

    def failure(self, picture: str, error: str) -> None:
        """Write nothing: the standard error has it."""

    def finish(self) -> None:
        """Write nothing more."""

    def _write(self, row: tuple[object, ...]) -> None:
        self._rows.writerow(row)
        self._file.flush()


class _Archive:
    """One document in XML with a page for each picture."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._pages: list[tuple[str, Reading]] = []

    def reading(self, picture: str, reading: "Reading") -> None:
        self._pages.append((picture, reading))

    def failure(self, picture: str, error: str) -> None:
        """Write nothing: the standard error has it."""

    def finish(self) -> None:
        from inkdigits.commands.formats.archives import alto, hocr

        _write_line((hocr if self._form == "hocr" else alto)(self._pages))


def _write_line(line: str) -> None:
    """Write a line at once. click's echo would go past the bar, whose place on the terminal it takes."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _verdict(expected: "Expectation") -> str:
    """Say whether the expected number is there, and how probable that is."""
    return f"{'yes' if expected.is_there else 'no'} {expected.probability:.1%}"


def _matched(number: "Number") -> tuple[str, str]:
    """Return the entry of the roster that a number is, and its posterior; or nothing."""
    match = number.match
    return ("", "") if match is None or not match.in_list else (match.text or "", f"{match.posterior:.6f}")
