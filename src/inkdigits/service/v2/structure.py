"""The structure of a JSON object: bounded by counts of its characters before it is parsed."""

from inkdigits.contract import SIDE
from inkdigits.service.refusals import Refusal

SMALL_BYTES = 2**16
"""Length, in bytes, of a JSON object that is parsed without a count. The worst ones of that length take 1 ms."""

_MAX_OTHERS = 2000
"""Number of colons, commas or brackets besides those of the data: 33 lists of 32 parameters have 1,056."""


def check_structure(content: bytes, largest: int) -> None:
    """Refuse a long JSON object with more values than a request can have.

    A parser builds all values before anything can look at them: 3 MB of empty lists or of parameters took 0.2 to 0.5 s
    and 100 MB, in which the event loop answered nobody. Counting takes 1 ms for the largest object. Characters in
    strings are counted, too; no request needs thousands there.

    Parameters
    ----------
    content
        The JSON object.
    largest
        Number of images that a request may have.

    Raises
    ------
    Refusal
        400 if there are too many values.
    """
    if len(content) <= SMALL_BYTES:
        return
    limits = {
        b",": largest * SIDE * SIDE + _MAX_OTHERS,
        b"[": largest * (SIDE + 1) + _MAX_OTHERS,
        b"{": _MAX_OTHERS,
        b":": _MAX_OTHERS,
    }
    for character, limit in limits.items():
        count = content.count(character)
        if count > limit:
            raise Refusal(
                400,
                f"expected at most {limit} characters {character.decode()} in the JSON object of a request for at most "
                f"{largest} images, but got {count}; send several requests",
                "invalid_request",
            )
