"""Request identifiers, and W3C Trace Context (https://www.w3.org/TR/trace-context/, level 1 and, for answers, 2)."""

import random
import re

from inkdigits.service.exchange import Trace

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
"""Identifiers that are taken over: without spaces, quotes and control characters, so that they are safe in any log."""

_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_NO_TRACE = b"0" * 32
_NO_SPAN = b"0" * 16


_generator = random.Random()  # identifiers need to be unique, not secret


def choose_request_id(given: bytes | None) -> str:
    """Return the identifier that a request has, if it is well-formed, else a new one."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return f"{_generator.getrandbits(96):024x}"


def parse_traceparent(given: bytes) -> Trace | None:
    """Parse the header ``traceparent``.

    Parameters
    ----------
    given
        Value of the header.

    Returns
    -------
    Trace or None
        None if it is invalid: the specification then has it ignored.
    """
    match = _TRACEPARENT.fullmatch(given)
    if match is None:
        return None
    version, trace_id, parent_id, flags, rest = match.groups()
    if version == b"ff" or (version == b"00" and rest) or trace_id == _NO_TRACE or parent_id == _NO_SPAN:
        return None
    span_id = f"{_generator.getrandbits(64) or 1:016x}"
    return Trace(trace_id.decode(), parent_id.decode(), span_id, flags.decode())
