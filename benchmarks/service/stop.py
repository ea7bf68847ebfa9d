"""Proof that the service loses no accepted request when it stops: SIGTERM under load, many times.

Clients on loopback send digit images and pictures, some on connections that stay open, some each on a new one, some
with pauses. While they do, the service gets SIGTERM. An accepted request is one whose bytes were sent on a connection
that the system accepted and that the service had not closed; each must get a full answer with status 200. Then the
service must have ended with exit status 0. As a control, the same is done with uvicorn's own end, which loses requests.

    python -m benchmarks.service.stop                  50 times, and 10 times the control
    python -m benchmarks.service.stop --rounds 3 --out /tmp/stop.json
"""

import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER, ROOT
from benchmarks.service.stopping.clients import Client, Outcomes
from benchmarks.service.stopping.service import Service
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "service-stop.json"
STOP_DELAY_SECONDS = 0.3
"""The service's default is a second; a shorter delay is harder, since clients pause for longer."""

N_CLIENTS = {"kept": 6, "fresh": 4, "thinking": 6, "pictures": 2}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the exit status is 1 if a request was lost."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="ends of the service, by default %(default)s")
    parser.add_argument(
        "--control-rounds", type=int, default=10, help="ends of the control, by default %(default)s"
    )
    parser.add_argument(
        "--out", type=Path, default=RESULTS, help=f"the result file, by default {RESULTS.name}"
    )
    options = parser.parse_args(arguments)
    results = {
        "rounds": options.rounds,
        "clients": N_CLIENTS,
        "stop_delay_seconds": STOP_DELAY_SECONDS,
        "service": summarise([stop_once(seed) for seed in range(options.rounds)]),
        "control": summarise([stop_once(seed, is_control=True) for seed in range(options.control_rounds)]),
        "environment": describe_environment(),
    }
    report(results)
    write_json(options.out, results)
    service = results["service"]
    return int(
        bool(
            service["lost"] or service["other_statuses"] or service["exit_statuses"] != {"0": options.rounds}
        )
    )


def stop_once(seed: int, is_control: bool = False) -> dict[str, Any]:
    """Start the service, load it, stop it, and return what became of the requests.

    Parameters
    ----------
    seed
        Of the moment of the signal, and of the pauses.
    is_control
        Whether the service ends as uvicorn does.

    Returns
    -------
    dict
        ``answered`` before and after the signal, ``other_statuses``, ``lost`` with a description each,
        ``exit_status``, ``seconds`` from the signal to the end, and ``seconds_to_ready``.
    """
    arguments = ["--workers", "1", "--stop-delay", str(STOP_DELAY_SECONDS)]
    with Service(arguments, is_control) as service:
        clients = _make_clients(service.port, seed)
        for client in clients:
            client.start()
        time.sleep(random.Random(seed).uniform(0.2, 0.8))
        signalled = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        exit_status = service.process.wait(timeout=60)
        seconds = time.monotonic() - signalled
        for client in clients:
            client.join(timeout=60)
            assert not client.is_alive(), "a client did not end"
    outcomes = [client.outcomes for client in clients]
    return {
        **_describe(outcomes, signalled, exit_status, seconds),
        "seconds_to_ready": round(service.seconds_to_ready, 3),
    }


def _make_clients(port: int, seed: int) -> list[Client]:
    tensor = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": [0] * 784}
    infer = _make_request(
        "/v2/models/quick/infer", "application/json", json.dumps({"inputs": [tensor]}).encode()
    )
    read = _make_request("/v1/read", "image/png", (ROOT / "samples" / "seven.png").read_bytes())
    requests = {"pictures": read}
    return [
        Client("kept" if kind == "pictures" else kind, port, requests.get(kind, infer), 1000 * seed + number)
        for kind, n in N_CLIENTS.items()
        for number in range(n)
    ]


def _make_request(path: str, media_type: str, body: bytes) -> bytes:
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def _describe(outcomes: list[Outcomes], signalled: float, exit_status: int, seconds: float) -> dict[str, Any]:
    answered = [moment for each in outcomes for moment in each.answered]
    return {
        "answered_before": sum(moment < signalled for moment in answered),
        "answered_after": sum(moment >= signalled for moment in answered),
        "other_statuses": [status for each in outcomes for status in each.others],
        "lost": [f"{each.kind}: {text}" for each in outcomes for text in each.lost],
        "exit_status": exit_status,
        "seconds": round(seconds, 3),
    }


def summarise(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of all rounds."""
    return {
        "rounds": len(rounds),
        "answered_before": sum(each["answered_before"] for each in rounds),
        "answered_after": sum(each["answered_after"] for each in rounds),
        "lost": sum(len(each["lost"]) for each in rounds),
        "lost_as": dict(Counter(text for each in rounds for text in each["lost"])),
        "rounds_with_loss": sum(bool(each["lost"]) for each in rounds),
        "other_statuses": {
            str(k): n for k, n in Counter(s for each in rounds for s in each["other_statuses"]).items()
        },
        "exit_statuses": {str(k): n for k, n in Counter(each["exit_status"] for each in rounds).items()},
        "seconds_to_end": _summarise_seconds([each["seconds"] for each in rounds]),
        "seconds_to_ready": _summarise_seconds([each["seconds_to_ready"] for each in rounds]),
    }


def _summarise_seconds(seconds: list[float]) -> dict[str, float]:
    return {"median": round(median(seconds), 3), "longest": max(seconds)} if seconds else {}


def report(results: dict[str, Any]) -> None:
    """Print the results."""
    for name in ("service", "control"):
        each = results[name]
        print(
            f"{name}: {each['rounds']} times stopped; answered {each['answered_before']} requests before and "
            f"{each['answered_after']} after the signal, lost {each['lost']}, other statuses {each['other_statuses']}, "
            f"exit statuses {each['exit_statuses']}, seconds to the end {each['seconds_to_end']}, "
            f"to the start {each['seconds_to_ready']}"
        )
        for text, n in each["lost_as"].items():
            print(f"    {n} x {text}")


if __name__ == "__main__":
    sys.exit(main())
