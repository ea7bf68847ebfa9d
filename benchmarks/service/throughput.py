"""The service on this machine: requests per second and latencies, under normal load and under five times too much.

The load generator runs on the same two cores. Measured by turns, several rounds, the median of which counts:

- one digit image by the Open Inference Protocol, as JSON and as bytes, with `quick` and `accurate`, on 1, 16 and 64
  connections;
- beside it the floor, uvicorn that answers a constant, and MLServer with the same model `quick` and the same ONNX
  Runtime (JSON only: MLServer does not take bytes);
- a picture of 100 kB through ``/v1/read``, and in turn with it what `Reader.read` needs for it, with one thread, as the
  workers read, and with one for each core, as `Reader` does by default; the faster one is compared;
- the roof, ONNX Runtime alone on one core;
- the processor time of the smallest request, with and without the log, and that of uvicorn alone.

Then requests come at five times the rate that the service has just answered, whether answers come or not, each with a
deadline; liveness is probed ten times a second meanwhile (`benchmarks.service.load.overload`).

    python -m benchmarks.service.throughput
    python -m benchmarks.service.throughput --quick             one short round, printed only
    python -m benchmarks.service.throughput --without mlserver  where the package index cannot be reached
"""

import argparse
import contextlib
import itertools
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.processes import ask, load_average
from benchmarks.service.load.connections import make_request
from benchmarks.service.load.generator import run_closed_loop
from benchmarks.service.load.mlserver import VERSION, run_mlserver
from benchmarks.service.load.overload import measure_overload
from benchmarks.service.load.requests import make_inference, make_picture, make_reading
from benchmarks.service.load.servers import Server, run_bare_server, run_inkdigits
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "service.json"
CONNECTIONS = (1, 16, 64)
N_CORES = 2
AIMS = {
    "quick_json_per_second": 3500,
    "quick_binary_per_second": 5000,
    "times_mlserver": 3.0,
    "share_of_engine": 0.8,
    "picture_milliseconds_over_reader": 3.0,
    "liveness_p99_ms": 100.0,
}


@dataclass(frozen=True)
class Amount:
    """How long to measure: seconds of each measurement, number of rounds, seconds of each overload."""

    seconds: float
    rounds: int
    overload_seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    options = parse(arguments)
    amount = Amount(0.5, 1, 2.0) if options.quick else Amount(options.seconds, options.rounds, 15.0)
    limit_to_cores(N_CORES)
    load_before = load_average()
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder, "digit.png")
        picture.write_bytes(make_picture())
        results: dict[str, Any] = {
            "roof": measure_roof(amount),
            "picture_bytes": picture.stat().st_size,
            "smallest_request_microseconds": measure_smallest_request(amount),
            "inference": measure_inference(amount, "mlserver" not in options.without),
            **measure_pictures(picture, amount),
            "overload": measure_overload(picture.read_bytes(), amount.seconds, amount.overload_seconds),
        }
    results["aims"] = AIMS
    results["summary"] = summarise(results)
    results |= {
        "rounds": amount.rounds,
        "seconds": amount.seconds,
        "load_before": load_before,
        "mlserver_version": VERSION,
        "environment": describe_environment(),
    }
    report(results)
    out = options.out or (None if options.quick else RESULTS)
    if out is not None:
        write_json(out, results)
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="by default %(default)s")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--quick", action="store_true", help="one short round, written only with --out")
    parser.add_argument("--without", action="append", default=[], choices=["mlserver"], help="not measured")
    parser.add_argument("--out", type=Path, help=f"the result file, by default {RESULTS.name}")
    return parser.parse_args(arguments)


def limit_to_cores(n: int) -> None:
    """Let this process and the servers use ``n`` cores only."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-n:])


def measure_roof(amount: Amount) -> dict[str, Any]:
    """Measure the engine without a service."""
    return {
        "engine": {
            model: ask("service.load.roof", "engine", model, str(amount.seconds))
            for model in ("quick", "accurate")
        }
    }


def measure_smallest_request(amount: Amount) -> dict[str, float]:
    """Measure the processor time of a server for a request about its health, in microseconds."""
    request = make_request("GET", "/health/live")
    with (
        run_inkdigits() as service,
        run_inkdigits("--log-level", "error") as silent,
        run_bare_server() as bare,
    ):
        servers = {"service": service, "without_log": silent, "uvicorn": bare}
        return {
            name: median(
                measure_closed(server, request, 16, amount.seconds)["server_microseconds"]
                for _ in range(amount.rounds)
            )
            for name, server in servers.items()
        }


def measure_inference(amount: Amount, with_mlserver: bool) -> list[dict[str, Any]]:
    """Measure requests for one image, of each server in turn."""
    requests = {
        (model, kind): make_inference(model, kind)
        for model, kind in itertools.product(("quick", "accurate"), ("json", "binary"))
    }
    with contextlib.ExitStack() as stack:
        service = stack.enter_context(run_inkdigits())
        bare = stack.enter_context(run_bare_server())
        jobs = [(service, *each) for each in requests] + [
            (bare, "quick", kind) for kind in ("json", "binary")
        ]
        if with_mlserver:
            jobs.append((stack.enter_context(run_mlserver("quick")), "quick", "json"))
        found: dict[tuple[str, str, str, int], list[dict[str, Any]]] = {}
        for number in range(amount.rounds):
            order = list(itertools.product(jobs, CONNECTIONS))
            for (server, model, kind), n_connections in order if number % 2 == 0 else order[::-1]:
                figures = measure_closed(server, requests[model, kind], n_connections, amount.seconds)
                found.setdefault((server.name, model, kind, n_connections), []).append(figures)
            print(f"inference: round {number + 1} of {amount.rounds}", file=sys.stderr, flush=True)
    return [
        {"server": server, "model": model, "kind": kind, "connections": n, **take_median(rounds)}
        for (server, model, kind, n), rounds in found.items()
    ]


def measure_closed(server: Server, request: bytes, n_connections: int, seconds: float) -> dict[str, Any]:
    """Measure a closed loop, with the processor time of the server for a request."""
    before = server.processor_seconds()
    outcome = run_closed_loop(server.port, request, n_connections, seconds, warm_up=0.0)
    used = server.processor_seconds() - before
    if not outcome.accepted:
        sys.exit(f"{server.name} answered no request in {seconds:g} s; let nothing else run")
    return {**outcome.to_json(), "server_microseconds": round(1e6 * used / sum(outcome.statuses.values()), 1)}


def take_median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the round with the median rate, with the rates of all."""
    rates = [each["per_second"] for each in rounds]
    middle = min(rounds, key=lambda each: abs(each["per_second"] - median(rates)))
    return {**middle, "rates": sorted(rates)}


def measure_pictures(picture: Path, amount: Amount) -> dict[str, Any]:
    """Measure pictures, and in turn with one connection the reader alone: a machine has faster and slower minutes."""
    request, seconds = make_reading(picture.read_bytes()), max(3.0, amount.seconds)
    with run_inkdigits() as server:
        found: dict[int, list[dict[str, Any]]] = {n: [] for n in CONNECTIONS}
        beside = []
        for _ in range(amount.rounds):
            reader = ask("service.load.roof", "reader", picture, str(int(10 * seconds)))
            for n_connections, rounds in found.items():
                rounds.append(measure_closed(server, request, n_connections, seconds))
            milliseconds = {name: each["p50_ms"] for name, each in reader.items()}
            service = found[1][-1]["p50_ms"]
            over = round(service - min(milliseconds.values()), 3)
            beside.append({"reader_p50_ms": milliseconds, "service_p50_ms": service, "over_reader_ms": over})
            print(f"pictures: {beside[-1]}", file=sys.stderr, flush=True)
    rows = [{"connections": n, **take_median(rounds)} for n, rounds in found.items()]
    return {"pictures": rows, "beside_reader": beside}


def summarise(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figures that the aims are about."""
    best: dict[tuple[str, str, str], float] = {}
    for row in results["inference"]:
        key = row["server"], row["model"], row["kind"]
        best[key] = max(best.get(key, 0.0), row["per_second"])
    service_json = best["inkdigits", "quick", "json"]
    mlserver = best.get(("mlserver", "quick", "json"))
    accurate = max(best["inkdigits", "accurate", kind] for kind in ("json", "binary"))
    overload = results["overload"]
    return {
        "quick_json_per_second": service_json,
        "quick_binary_per_second": best["inkdigits", "quick", "binary"],
        "times_mlserver": None if mlserver is None else round(service_json / mlserver, 2),
        "share_of_engine": round(accurate / results["roof"]["engine"]["accurate"]["best"], 3),
        "picture_milliseconds_over_reader": round(
            median(each["over_reader_ms"] for each in results["beside_reader"]), 2
        ),
        "liveness_p99_ms": max(row["liveness"]["p99_ms"] for row in overload),
        "only_200_and_429": all(set(row["statuses"]) <= {"200", "429"} for row in overload),
        "accepted_within_deadline": all(
            row.get("p99_ms", float("inf")) <= row["deadline_ms"] for row in overload
        ),
    }


def report(results: dict[str, Any]) -> None:
    """Print the results."""
    for row in results["inference"]:
        print(
            f"{row['server']:10} {row['model']:9} {row['kind']:7} {row['connections']:3} connections: "
            f"{row['per_second']:8.0f} a second, p50 {row['p50_ms']:7.2f} ms, p99 {row['p99_ms']:7.2f} ms, "
            f"server {row['server_microseconds']:4.0f} µs a request"
        )
    for row in results["pictures"]:
        print(f"picture {row['connections']:3} connections: {row}")
    for row in results["overload"]:
        print(f"overload {row['load']}: {row}")
    print(f"smallest request, µs: {results['smallest_request_microseconds']}")
    for row in results["beside_reader"]:
        print(f"picture {row}")
    print(f"roof {results['roof']}")
    for name, value in results["summary"].items():
        print(f"{name}: {value}" + (f" (aim {AIMS[name]})" if name in AIMS else ""))


if __name__ == "__main__":
    sys.exit(main())
