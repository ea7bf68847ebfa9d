"""Constraints on the numbers in a picture, and their validation."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inkdigits.choices import INKS
from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.recognition.numbers.lexicon import Roster


@dataclass(frozen=True)
class Constraints:
    """Constraints on a number, known before the picture is read.

    Attributes
    ----------
    length
        Number of digits, or None if unknown.
    roster
        The valid numbers, or None for all.
    allowed
        The digits that can occur, or None for all.
    expected
        The digits of the expected number, or None; see `Number.expected`.
    ink
        Which digits to read: ``handwritten``, ``printed``, ``any``, or ``auto`` for any but the print of a page that
        somebody has filled in by hand.
    """

    length: int | None = None
    roster: "Roster | None" = None
    allowed: tuple[int, ...] | None = None
    expected: str | None = None
    ink: str = "auto"


def parse_digits(text: str) -> tuple[int, ...]:
    """Parse a set of digits, such as ``1-9`` or ``0,5`` or ``123``.

    Parameters
    ----------
    text
        Digits and ranges, separated by commas.

    Returns
    -------
    tuple of int
        The digits in ascending order, each once.

    Raises
    ------
    UsageError
        If the text is anything else.
    """
    chosen: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if not (part.isascii() and (first + last).isdigit()):
            is_valid = False
        elif dash:
            is_valid = len(first) == len(last) == 1 and first <= last
            chosen.update(range(int(first), int(last) + 1) if is_valid else ())
        else:
            is_valid = True
            chosen.update(map(int, part))
        if not is_valid:
            raise UsageError(f"expected digits such as 1-9 or 0,5, but got {text!r}")
    return tuple(sorted(chosen))


def build_constraints(
    length: int | None, roster: Any, digits: Iterable[int] | None, expect: str | None, ink: str
) -> Constraints:
    """Validate the constraints of a call of `Reader.read`.

    Parameters
    ----------
    length, roster, digits, expect, ink
        See `inkdigits.recognition.reader.Reader.read`.

    Returns
    -------
    Constraints

    Raises
    ------
    UsageError
        If a constraint is invalid.
    DataError
        If the roster cannot be read.
    """
    if length is not None and length < 1:
        raise UsageError(f"expected a length of 1 or more digits, but got {length}")
    allowed = None if digits is None else tuple(sorted(set(digits)))
    if allowed is not None and not (allowed and set(allowed) <= set(range(10))):
        raise UsageError(f"expected one or more digits from 0 to 9, but got {list(allowed)}")
    if expect is not None and not (expect.isascii() and expect.isdigit()):
        raise UsageError(f"expected a number of the digits 0 to 9, but got {expect!r}")
    if ink not in INKS:
        raise UsageError(f"expected ink {', '.join(INKS[:-1])} or {INKS[-1]}, but got {ink!r}")
    if roster is not None:
        from inkdigits.recognition.numbers.lexicon import Roster

        roster = Roster.load(roster)
    return Constraints(length, roster, allowed, expect, ink)
