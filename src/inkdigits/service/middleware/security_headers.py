"""Headers that every answer has."""

from collections.abc import Iterable

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
"""What browsers may do with an answer: take it for its own type only, send no address to others, and neither embed it
in nor connect it with pages of other origins."""

DEFAULT_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""Content security policy of an answer whose route gives none: it may load and run nothing."""


def add_security_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with those that it lacks."""
    extended = [*headers, *HEADERS]
    if not any(name == b"content-security-policy" for name, _ in extended):
        extended.append(DEFAULT_POLICY)
    return extended
