"""Five times the load that the service can answer: requests come at that rate, whether answers come or not.

The service and its workers run on one core and the sender on another: on the same cores, the sender would slow the
service, and could not send as much. To refuse a request takes the service 90 microseconds, to answer one for one image
of `quick` no more; so that there is time to refuse four of five, the requests here have more images.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.service.load.generator import run_closed_loop, run_open_loop
from benchmarks.service.load.requests import make_inference, make_reading
from benchmarks.service.load.servers import run_inkdigits

TIMES = 5
"""Requests that come, over those that the service can answer."""

CONNECTIONS = 400
"""Connections of the sender, below the limit of the service: as many requests wait for answers at most. The service
lets requests wait for 150 ms of a deadline of 250, some 160 for 4 images of `accurate` on one core; with fewer
connections it would never have to refuse one."""


@dataclass(frozen=True)
class Load:
    """A kind of requests.

    Attributes
    ----------
    name
        Its name in the results.
    request
        The bytes of each request.
    deadline_seconds
        Time within which the clients want an answer.
    n_connections
        Numbers of connections with which the bearable load is measured; the best rate counts.
    """

    name: str
    request: bytes
    deadline_seconds: float
    n_connections: tuple[int, ...]


def make_loads(picture: bytes) -> list[Load]:
    """Return the loads; ``picture`` is the content of a picture file."""
    return [
        Load("accurate, 4 images", make_inference("accurate", "binary", 4, 0.25), 0.25, (4, 16, 64)),
        Load("accurate, 16 images", make_inference("accurate", "binary", 16, 0.25), 0.25, (1, 4, 16)),
        Load("quick, 128 images as JSON", make_inference("quick", "json", 128, 0.25), 0.25, (1, 4, 16)),
        Load("picture", make_reading(picture, 2.0), 2.0, (2, 8)),
    ]


def measure_overload(picture: bytes, seconds: float, overload_seconds: float) -> list[dict[str, object]]:
    """Measure each load: what the service can answer, then five times as much.

    Parameters
    ----------
    picture
        The content of a picture file.
    seconds
        Length of the measurement of the bearable load.
    overload_seconds
        Length of the overload.

    Returns
    -------
    list of dict
        A row for each load.
    """
    cores = sorted(os.sched_getaffinity(0))[-2:] if hasattr(os, "sched_getaffinity") else [0]
    with contextlib.ExitStack() as stack:
        with keep_to({cores[0]}):
            server = stack.enter_context(run_inkdigits())
        stack.enter_context(keep_to({cores[-1]}))
        rows = []
        for load in make_loads(picture):
            closed = [
                run_closed_loop(server.port, load.request, n, max(1.0, seconds)) for n in load.n_connections
            ]
            rate = max(each.statuses[200] / each.seconds for each in closed)
            outcome = run_open_loop(server.port, load.request, TIMES * rate, overload_seconds, CONNECTIONS)
            rows.append(
                {
                    "load": load.name,
                    "bearable_per_second": round(rate, 1),
                    "offered_per_second": round(TIMES * rate, 1),
                    "connections": CONNECTIONS,
                    "server_cores": 1,
                    "sender_cores": 1,
                    "deadline_ms": 1e3 * load.deadline_seconds,
                    **outcome.to_json(),
                }
            )
            print(f"overload: {load.name}", file=sys.stderr, flush=True)
    return rows


@contextlib.contextmanager
def keep_to(cores: set[int]) -> Iterator[None]:
    """Let this process, and those that it starts meanwhile, use some cores only; where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
