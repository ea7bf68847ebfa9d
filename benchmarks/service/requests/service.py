"""The service that gets hostile requests: its start, its memory, its log and its figures."""

import contextlib
import json
import re
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.service.requests.request import MAX_BODY_BYTES, TOKEN
from benchmarks.service.requests.timing import BODY_GRACE_SECONDS, BODY_SECONDS, HEADER_SECONDS
from benchmarks.service.stopping.service import Service

PICTURE_SECONDS = 6.0
"""Longest time for one picture: one hostile picture takes all of it."""

_LOG = "service.log"
_SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
_MAX_SERIES = 600
"""Number of time series in the figures at most, whatever is sent. They are about 300."""


def start(folder: Path, *arguments: str) -> Service:
    """Start a service with short limits of time, and a token.

    Parameters
    ----------
    folder
        For its token and its log.
    arguments
        Further arguments of the command.

    Returns
    -------
    Service
        A context manager, which ends it.
    """
    token = folder / "token"
    token.write_text(TOKEN)
    settings = {
        "token-file": token,
        "max-body": MAX_BODY_BYTES,
        "header-timeout": HEADER_SECONDS,
        "body-timeout": BODY_SECONDS,
        "body-grace": BODY_GRACE_SECONDS,
        "picture-timeout": PICTURE_SECONDS,
        "keep-alive": 3.0,
    }
    options = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
    return Service([*options, *arguments], log=folder / _LOG)


def read_figures(port: int) -> dict[str, float]:
    """Return the figures of ``/metrics`` of the service at a port, by name and labels."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    found = (_SAMPLE.fullmatch(line) for line in lines if not line.startswith("#"))
    return {f"{each[1]} {each[2] or ''}".strip(): float(each[3]) for each in found if each}


def find_faults(port: int, folder: Path) -> list[str]:
    """Return what is wrong with the figures and the log of a service that no request is sent to any more."""
    figures = read_figures(port)
    requests: list[dict[str, Any]] = []
    while not requests or requests[-1]["route"] != "/metrics":  # a line is written after the answer
        time.sleep(0.01)
        lines = [json.loads(line) for line in (folder / _LOG).read_text("utf-8").splitlines()]
        requests = [line for line in lines if line["event"] == "request"]
    faults = [f"the log has {line}" for line in lines if line["event"] not in ("request", "listening")]
    faults += [f"the log has {line}" for line in requests if line["status"] >= 500]
    n_counted = sum(value for name, value in figures.items() if name.startswith("inkdigits_requests_total"))
    if n_counted != len(requests) - 1:  # without the one for these figures
        faults.append(
            f"expected {len(requests) - 1} requests as in the log, but the figures have {n_counted:g}"
        )
    if figures["inkdigits_requests_in_progress"] != 1:  # for these figures
        faults.append(
            f"{figures['inkdigits_requests_in_progress']:g} requests are in progress, but none was sent"
        )
    faults += [
        f"{name} is {value:g}" for name, value in figures.items() if "inkdigits_waiting" in name and value
    ]
    if len(figures) > _MAX_SERIES:
        faults.append(f"expected at most {_MAX_SERIES} time series, but got {len(figures)}")
    return faults


def measure_megabytes(process: int) -> dict[str, float]:
    """Return the resident memory of the service and of the processes that it has started, in MB."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    for task in Path(f"/proc/{process}/task").iterdir():
        children += (task / "children").read_text().split()
    workers = [_read_megabytes(int(each)) for each in set(children)]
    return {"service": _read_megabytes(process), "largest_worker": max(workers, default=0.0)}


def _read_megabytes(process: int) -> float:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a worker that was just replaced
        status = Path(f"/proc/{process}/status").read_text("ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1000 if found else 0.0
    return 0.0
