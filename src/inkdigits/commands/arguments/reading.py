"""Options of the commands that read pictures."""

from pathlib import Path
from typing import Any

import click

from inkdigits.errors import UsageError


class DigitSet(click.ParamType[tuple[int, ...]]):
    """A set of digits, such as ``1-9`` or ``0,5`` or ``123``."""

    name = "digits"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, ...]:
        """Return the digits in ascending order."""
        if isinstance(value, tuple):
            return value
        from inkdigits.recognition.numbers.constraints import parse_digits

        try:
            return parse_digits(str(value))
        except UsageError as error:
            self.fail(str(error), param, context)


def make_reading_options(
    layout: str,
    length: int | None,
    roster: Path | None = None,
    digits: tuple[int, ...] | None = None,
    expect: str | None = None,
    ink: str = "auto",
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
    if ink != "auto":
        options["ink"] = ink
    if roster is not None:
        from inkdigits.recognition.numbers.lexicon import Roster

        options["roster"] = Roster.load(roster)  # once, not for each picture
    return options
