"""Headers that every answer has."""

from collections.abc import Iterable

_Header = tuple[bytes, bytes]

HEADERS: tuple[_Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""What browsers may do with any answer: take it for its own type only, and embed it only in pages of this origin."""

DOCUMENT_HEADERS: tuple[_Header, ...] = (
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""What browsers may do with a document: tell no other site its address, and connect it with no window of another."""

DEFAULT_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""Content security policy of an answer whose route gives none: it loads and runs nothing, and no page can frame it."""


def add_security_headers(headers: Iterable[_Header]) -> list[_Header]:
    """Return the headers of an answer with those that it lacks.

    Parameters
    ----------
    headers
        Names in small letters, and values.
    """
    extended = [*headers, *HEADERS]
    has_policy = False
    for name, value in extended:
        if name == b"content-security-policy":
            has_policy = True
        elif name == b"content-type" and value.startswith(b"text/html"):
            extended += DOCUMENT_HEADERS
    if not has_policy:
        extended.append(DEFAULT_POLICY)
    return extended
