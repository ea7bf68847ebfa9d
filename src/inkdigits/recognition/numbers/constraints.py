"""What is known of the numbers in a picture before it is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inkdigits.choices import INKS
from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.recognition.numbers.lexicon import Roster


@dataclass(frozen=True)
class Constraints:
    """What is known of a number before it is read.

    Attributes
    ----------
    length
        How many digits it has, or None.
    roster
        The valid numbers, or None.
    allowed
        The digits that can occur, or None for all.
    expected
        The digits that it should have, or None; see `Number.expected`.
    ink
        ``handwritten`` or ``printed`` where only such digits are wanted, else ``any``.
    """

    length: int | None = None
    roster: "Roster | None" = None
    allowed: tuple[int, ...] | None = None
    expected: str | None = None
    ink: str = "any"


def build_constraints(
    length: int | None, roster: Any, digits: Iterable[int] | None, expect: str | None, ink: str
) -> Constraints:
    """Check what the caller says of the numbers.

    Parameters
    ----------
    length, roster, digits, expect, ink
        As `inkdigits.recognition.reader.Reader.read` takes them.

    Raises
    ------
    UsageError
        If one of them cannot be.
    DataError
        If the roster cannot be read.
    """
    if length is not None and length < 1:
        raise UsageError(f"a number has 1 digit at least, but the length is {length}")
    allowed = None if digits is None else tuple(sorted(set(digits)))
    if allowed is not None and not (allowed and set(allowed) <= set(range(10))):
        raise UsageError(f"digits are whole numbers from 0 to 9, one at least, but {list(allowed)} was given")
    if expect is not None and not (expect.isascii() and expect.isdigit()):
        raise UsageError(f"the expected number should be digits from 0 to 9, but is {expect!r}")
    if ink not in INKS:
        raise UsageError(f"there is no ink {ink!r}: expected one of {', '.join(INKS)}")
    if roster is not None:
        from inkdigits.recognition.numbers.lexicon import Roster

        roster = Roster.load(roster)
    return Constraints(length, roster, allowed, expect, ink)
