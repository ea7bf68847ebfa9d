"""A polite client beside hostile ones: a process that measures its own answers until its input is closed.

python -m benchmarks.service.requests.neighbour PORT
"""

import http.client
import json
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from benchmarks.paths import ROOT
from benchmarks.service.requests.forms import SEVEN
from benchmarks.service.requests.request import TOKEN

_PAUSE_SECONDS = 0.02


class Neighbour:
    """A polite client in a process of its own, from the beginning to the end of a context.

    Parameters
    ----------
    port
        Of the service on this machine.

    Attributes
    ----------
    figures
        After the context: number of answers by status, and seconds by kind of request, as percentiles.
    """

    def __init__(self, port: int) -> None:
        self.figures: dict[str, Any] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        output = self._process.communicate(timeout=120)[0]  # closes its input
        self.figures = json.loads(output)


def main() -> None:
    """Send requests of each kind in turn, and print the figures."""
    port = int(sys.argv[1])
    tensor = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": [0] * 784}
    kinds: dict[str, tuple[str, str, bytes | None]] = {
        "live": ("GET", "/health/live", None),
        "infer": ("POST", "/v2/models/quick/infer", json.dumps({"inputs": [tensor]}).encode()),
        "read": ("POST", "/v1/read", SEVEN.read_bytes()),
    }
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/octet-stream"}
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    statuses: Counter[str] = Counter()
    while not select.select([sys.stdin], [], [], _PAUSE_SECONDS)[0]:
        for kind, (method, path, body) in kinds.items():
            start = time.perf_counter()
            statuses[_ask(port, method, path, body, headers)] += 1
            seconds[kind].append(time.perf_counter() - start)
    print(json.dumps({"statuses": statuses, **{kind: _describe(values) for kind, values in seconds.items()}}))


def _ask(port: int, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> str:
    """Return the status of an answer on a new connection, or the kind of its error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        answer.read()
        return str(answer.status)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def _describe(seconds: list[float]) -> dict[str, float]:
    p50, p99, largest = np.percentile(seconds or [0.0], [50, 99, 100]).round(4).tolist()
    return {"n": len(seconds), "p50_seconds": p50, "p99_seconds": p99, "max_seconds": largest}


if __name__ == "__main__":
    main()
