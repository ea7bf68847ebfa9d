"""Read text and JSON from files that may come from strangers, within the limits of `inkdigits.files.limits`."""

import io
import json
from pathlib import Path
from typing import Any

from inkdigits.files.limits import (
    MAX_JSON_BYTES,
    MAX_JSON_DEPTH,
    MAX_LINE_CHARACTERS,
    MAX_TEXT_BYTES,
    MAX_TEXT_LINES,
)


class LimitError(ValueError):
    """A file exceeds a limit; the message states which, without the name of the file."""


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Read a whole file.

    Raises
    ------
    OSError
        If it cannot be read.
    LimitError
        If it has more than ``max_bytes``.
    """
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise LimitError(f"it is larger than {max_bytes:,} bytes")
    return content


def read_lines(path: Path) -> list[str]:
    r"""Read the lines of a text file in UTF-8, with or without a byte order mark.

    Returns
    -------
    list of str
        The lines with their ends, as of a file that is opened with ``newline=""``: after ``\n``, ``\r`` or ``\r\n``.

    Raises
    ------
    OSError, UnicodeDecodeError
        If it cannot be read, or is not UTF-8.
    LimitError
        If it is too large, or has too many or too long lines.
    """
    content = read_bytes(path, MAX_TEXT_BYTES)
    n_lines = content.count(b"\n") + content.count(b"\r")  # before a list is made of them
    if n_lines > 2 * MAX_TEXT_LINES:
        raise LimitError(f"it has more than {MAX_TEXT_LINES:,} lines")
    lines = list(io.StringIO(content.decode("utf-8-sig"), newline=""))
    if len(lines) > MAX_TEXT_LINES:
        raise LimitError(f"it has more than {MAX_TEXT_LINES:,} lines")
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE_CHARACTERS:
            raise LimitError(f"line {number} is longer than {MAX_LINE_CHARACTERS:,} characters")
    return lines


def read_json_file(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is not JSON in UTF-8, too large, or nested too deeply.
    """
    return parse_json(read_bytes(path, MAX_JSON_BYTES).decode("utf-8"))


def parse_json(text: str) -> Any:
    """Parse JSON.

    Raises
    ------
    ValueError
        If it is not JSON, or nested too deeply.
    """
    try:
        content = json.loads(text)
    except RecursionError:
        raise LimitError(f"it is nested more than {MAX_JSON_DEPTH} levels deep") from None
    level = [content]
    for _ in range(MAX_JSON_DEPTH):
        level = [
            each
            for outer in level
            if isinstance(outer, (dict, list))
            for each in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(each, (dict, list))
        ]
        if not level:
            return content
    raise LimitError(f"it is nested more than {MAX_JSON_DEPTH} levels deep")
