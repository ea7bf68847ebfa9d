"""Options of the commands that read pictures."""

from pathlib import Path
from typing import Any

import click


class DigitSet(click.ParamType[tuple[int, ...]]):
    """A set of digits, such as ``1-9`` or ``0,5`` or ``123``."""

    name = "digits"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, ...]:
        """Return the digits in ascending order."""
        if isinstance(value, tuple):
            return value
        chosen: set[int] = set()
        for part in str(value).split(","):
            first, dash, last = part.partition("-")
            if (
                dash
                and len(first) == len(last) == 1
                and (first + last).isdigit()
                and part.isascii()
                and first <= last
            ):
                chosen.update(range(int(first), int(last) + 1))
            elif not dash and part.isascii() and part.isdigit():
                chosen.update(map(int, part))
            else:
                self.fail(f"expected digits such as 1-9 or 0,5, but got {value!r}", param, context)
        return tuple(sorted(chosen))


def make_reading_options(
    layout: str,
    length: int | None,
    roster: Path | None = None,
    digits: tuple[int, ...] | None = None,
    expect: str | None = None,
    ink: str = "any",
) -> dict[str, Any]:
    """Return the given options as keyword arguments of `Reader.read`.

    Raises
    ------
    DataError
        If the roster cannot be read.
    """
    options: dict[str, Any] = {}
    if layout != "auto":
        options["layout"] = layout
    if length is not None:
        options["length"] = length
    if digits is not None:
        options["digits"] = digits
    if expect is not None:
        options["expect"] = expect
    if ink != "any":
        options["ink"] = ink
    if roster is not None:
        from inkdigits.recognition.numbers.lexicon import Roster

        options["roster"] = Roster.load(roster)  # once, not for each picture
    return options
