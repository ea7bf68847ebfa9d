"""Load on a server: as fast as it answers (closed loop), or at a fixed rate whatever it answers (open loop)."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import uvloop

from benchmarks.paths import ROOT
from benchmarks.service.load.connections import Connection, connect

_LAST_SECONDS = 10.0
"""Time for the last answers of an open loop, in seconds; those that have not come then are counted as none."""


@dataclass
class Outcome:
    """What came back.

    Attributes
    ----------
    seconds
        Length of the measurement.
    statuses
        Number of answers by status; 0 is a connection that the server closed instead.
    accepted
        Seconds of each answer with status 200.
    n_unsent
        Requests of an open loop that found all connections busy, and were not sent.
    probes
        Seconds of each answer to a liveness probe beside the load.
    """

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: list[float] = field(default_factory=list)
    n_unsent: int = 0
    probes: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """Return rates per second, and latencies in milliseconds."""
        figures: dict[str, object] = {
            "seconds": round(self.seconds, 2),
            "per_second": round(self.statuses[200] / self.seconds, 1),
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
            **percentiles(self.accepted),
        }
        if self.probes:
            figures["unsent"] = self.n_unsent
            figures["liveness"] = {"n": len(self.probes), **percentiles(self.probes)}
        return figures


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return median, 99th percentile and maximum in milliseconds."""
    if not seconds:
        return {}
    p50, p99, largest = 1e3 * np.percentile(seconds, [50, 99, 100])
    return {
        "p50_ms": round(float(p50), 3),
        "p99_ms": round(float(p99), 3),
        "max_ms": round(float(largest), 3),
    }


def run_closed_loop(
    port: int, request: bytes, n_connections: int, seconds: float, warm_up: float = 0.5
) -> Outcome:
    """Send a request on each connection again as soon as its answer has come.

    Parameters
    ----------
    port
        Port of the server.
    request
        The bytes of the request.
    n_connections
        Number of connections.
    seconds, warm_up
        Length of the measurement, after a warm-up.
    """
    return uvloop.run(_run_closed_loop(port, request, n_connections, seconds, warm_up))


async def _run_closed_loop(
    port: int, request: bytes, n_connections: int, seconds: float, warm_up: float
) -> Outcome:
    outcome = Outcome(seconds)
    start = time.perf_counter() + warm_up
    end = start + seconds

    def on_answer(connection: Connection, status: int, elapsed: float) -> None:
        now = connection.begun + elapsed
        if start <= now < end:
            outcome.statuses[status] += 1
            if status == 200:
                outcome.accepted.append(elapsed)
        if now >= end:
            return
        if connection.is_open:
            connection.send(request)
        else:
            connection.close()
            replacements.append(asyncio.create_task(open_connection()))

    async def open_connection() -> None:
        connection = await connect(port, on_answer)
        connections.append(connection)
        connection.send(request)

    connections: list[Connection] = []
    replacements: list[asyncio.Task[None]] = []
    for _ in range(n_connections):
        await open_connection()
    await asyncio.sleep(end - time.perf_counter() + 0.05)
    await _close_all(connections, replacements)
    return outcome


def run_open_loop(port: int, request: bytes, rate: float, seconds: float, n_connections: int) -> Outcome:
    """Send requests at a fixed rate, whether answers come or not, beside the liveness probes of `probe`.

    A request that finds every connection busy is not sent, and is counted.

    Parameters
    ----------
    port, request
        See `run_closed_loop`.
    rate
        Requests per second.
    seconds
        Length of the measurement.
    n_connections
        Number of connections.
    """
    command = [sys.executable, "-m", "benchmarks.service.load.probe", str(port), str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as probing:
        outcome = uvloop.run(_run_open_loop(port, request, rate, seconds, n_connections))
        found, _ = probing.communicate(timeout=60)
    if probing.returncode:
        raise RuntimeError("the liveness probes failed")
    outcome.probes = json.loads(found)
    return outcome


async def _run_open_loop(
    port: int, request: bytes, rate: float, seconds: float, n_connections: int
) -> Outcome:
    outcome = Outcome(seconds)
    free: list[Connection] = []

    def on_answer(connection: Connection, status: int, elapsed: float) -> None:
        outcome.statuses[status] += 1
        if status == 200:
            outcome.accepted.append(elapsed)
        if connection.is_open:
            free.append(connection)
        else:
            replace(connection)

    def replace(connection: Connection) -> None:
        if not is_over.is_set():
            connections.remove(connection)
            connection.close()
            replacements.append(asyncio.create_task(open_connection()))

    def replace_idle(connection: Connection) -> None:
        free.remove(connection)
        replace(connection)

    async def open_connection() -> None:
        with contextlib.suppress(OSError):  # too many connections: fewer are left
            connection = await connect(port, on_answer, replace_idle)
            connections.append(connection)
            free.append(connection)

    is_over = asyncio.Event()
    connections: list[Connection] = []
    replacements: list[asyncio.Task[None]] = []
    for _ in range(n_connections):
        await open_connection()
    begin = time.perf_counter()
    n_all, n_handled = int(rate * seconds), 0
    while n_handled < n_all:  # those too that became due while another program had the processor
        n_due = min(n_all, int((time.perf_counter() - begin) * rate))
        while n_handled < n_due:
            n_handled += 1
            if free:
                free.pop().send(request)
            else:
                outcome.n_unsent += 1
        await asyncio.sleep(0.001)
    end = time.perf_counter() + _LAST_SECONDS
    while any(connection.is_busy for connection in connections) and time.perf_counter() < end:
        await asyncio.sleep(0.01)
    is_over.set()
    await _close_all(connections, replacements)
    return outcome


async def _close_all(connections: list[Connection], replacements: list[asyncio.Task[None]]) -> None:
    """Close all connections, those too that are being opened: uvloop hangs if it ends while it opens one."""
    await asyncio.gather(*replacements, return_exceptions=True)
    for connection in connections:
        connection.close()
    await asyncio.sleep(0.01)
