"""Output formats of readings: text, JSON, JSON Lines, CSV, TSV, hOCR, ALTO. Schema: `docs/reference/formats.md`."""

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
"""The columns of CSV and TSV; one row per number."""


class Writer(Protocol):
    """Writes the readings of pictures to stdout."""

    def write_reading(self, picture: str, reading: "Reading") -> None:
        """Write the reading of a picture."""

    def write_failure(self, picture: str, error: str) -> None:
        """Write the error of a picture, if the format can represent it."""

    def finish(self) -> None:
        """Write the rest of the output, after the last picture."""


def make_writer(form: str, alone: bool, images: bool) -> Writer:
    """Return the writer of a format.

    Parameters
    ----------
    form
        One of `FORMATS`.
    alone
        Whether there is only one picture. Its name is then omitted in text, and JSON is one object.
    images
        Whether JSON contains the image of each digit.
    """
    match form:
        case "json":
            return _Json(alone, images)
        case "jsonl":
            return _JsonLines(images)
        case "csv":
            return _Table(",")
        case "tsv":
            return _Table("\t")
        case "hocr" | "alto":
            return _Archive(form)
    return _Text(alone)


class _Text:
    """One line per number: the picture's name if there are several, the number, its match, and the expected number."""

    def __init__(self, alone: bool) -> None:
        self._alone = alone

    def write_reading(self, picture: str, reading: "Reading") -> None:
        for number in reading.numbers:
            match = () if number.match is None else (_roster_match(number)[0] or "-",)
            expected = () if number.expected is None else (_format_expectation(number.expected),)
            _write_line("\t".join((*(() if self._alone else (picture,)), number.text, *match, *expected)))

    def write_failure(self, picture: str, error: str) -> None:
        """Write nothing: the error is on stderr."""

    def finish(self) -> None:
        """Write nothing more."""


class _Json:
    """One JSON object for one picture, else a list of objects."""

    def __init__(self, alone: bool, images: bool) -> None:
        self._alone, self._images = alone, images
        self._records: list[dict[str, Any]] = []

    def write_reading(self, picture: str, reading: "Reading") -> None:
        self._records.append({"picture": picture, **reading.to_json(self._images)})

    def write_failure(self, picture: str, error: str) -> None:
        self._records.append({"picture": picture, "error": error})

    def finish(self) -> None:
        import json

        content = self._records[0] if self._alone and len(self._records) == 1 else self._records
        _write_line(json.dumps(content, indent=2, ensure_ascii=False))


class _JsonLines:
    """One JSON object per line."""

    def __init__(self, images: bool) -> None:
        self._images = images

    def write_reading(self, picture: str, reading: "Reading") -> None:
        self._write({"picture": picture, **reading.to_json(self._images)})

    def write_failure(self, picture: str, error: str) -> None:
        self._write({"picture": picture, "error": error})

    def finish(self) -> None:
        """Write nothing more."""

    def _write(self, record: dict[str, Any]) -> None:
        import json

        _write_line(json.dumps(record, ensure_ascii=False))


class _Table:
    """A header row, then one row per number, quoted as in RFC 4180."""

    def __init__(self, delimiter: str) -> None:
        import csv

        self._file = sys.stdout
        self._rows = csv.writer(self._file, delimiter=delimiter, lineterminator="\n")
        self._write(COLUMNS)

    def write_reading(self, picture: str, reading: "Reading") -> None:
        for place, number in enumerate(reading.numbers, start=1):
            runner_up = number.runner_up[0] if number.runner_up else ""
            row = (picture, place, number.text, f"{number.confidence:.6f}", runner_up, *number.box)
            expected = "" if number.expected is None else f"{number.expected.probability:.6f}"
            place_in_table = ("" if each is None else each for each in (number.row, number.column))
            self._write((*row, *_roster_match(number), expected, *place_in_table))

    def write_failure(self, picture: str, error: str) -> None:
        """Write nothing: the error is on stderr."""

    def finish(self) -> None:
        """Write nothing more."""

    def _write(self, row: tuple[object, ...]) -> None:
        self._rows.writerow(row)
        self._file.flush()


class _Archive:
    """One XML document with one page per picture."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._pages: list[tuple[str, Reading]] = []

    def write_reading(self, picture: str, reading: "Reading") -> None:
        self._pages.append((picture, reading))

    def write_failure(self, picture: str, error: str) -> None:
        """Write nothing: the error is on stderr."""

    def finish(self) -> None:
        from inkdigits.commands.formats.ocr_xml import render_alto, render_hocr

        _write_line((render_hocr if self._form == "hocr" else render_alto)(self._pages))


def _write_line(line: str) -> None:
    """Write a line to stdout. `click.echo` would bypass the redirection of stdout by the progress bar."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _format_expectation(expected: "Expectation") -> str:
    """Return whether the picture shows the expected number, and the probability."""
    return f"{'yes' if expected.is_there else 'no'} {expected.probability:.1%}"


def _roster_match(number: "Number") -> tuple[str, str]:
    """Return the roster entry that matches a number, and its posterior probability; empty strings if none matches."""
    match = number.match
    return ("", "") if match is None or not match.in_list else (match.text or "", f"{match.posterior:.6f}")
