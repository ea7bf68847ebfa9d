"""Hostile HTTP requests: each with the status that it must get, as data.

Framing (where a request ends), header fields and addresses, forms and options of ``/v1/read``, tensors
of the Open Inference Protocol, pictures, and time (slow clients, clients that disconnect).
"""

from collections.abc import Iterator

from benchmarks.service.requests import files, forms, framing, headers, tensors, timing
from benchmarks.service.requests.request import HostileRequest

_GROUPS = (framing, headers, forms, tensors, timing, files)


def make_requests() -> Iterator[HostileRequest]:
    """Yield all requests; of the hostile pictures a few, see `benchmarks.service.requests.files`."""
    for group in _GROUPS:
        yield from group.make_requests()
