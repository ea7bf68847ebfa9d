"""Send hostile requests to the running service; check answers, log, figures, memory, and a polite client beside them.

    python -m benchmarks.service.hostile_requests               100 rounds, all hostile pictures: a quarter of an hour
    python -m benchmarks.service.hostile_requests --rounds 3    fewer rounds, writes nothing

Each request must get its status (`benchmarks.service.requests`): 4xx, or 200 where a standard has the odd part ignored,
or a closed connection where no answer is possible. The exit status is 1 if anything else happened.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.service.requests import files, make_requests
from benchmarks.service.requests.neighbour import Neighbour
from benchmarks.service.requests.request import HostileRequest
from benchmarks.service.requests.sending import Answer, find_fault, send_all
from benchmarks.service.requests.service import find_faults, measure_megabytes, start
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "service-hostile.json"

N_ROUNDS = 100
N_WARM_UP = 10
"""Rounds in which memory may grow: buffers and caches reach the size of the largest request."""

N_CLIENTS = 24
"""Number of hostile clients at a time. Fewer than the 32 pictures that may wait for a worker."""

MAX_GROWTH_MEGABYTES = {"service": 8.0, "largest_worker": 24.0}
"""Growth of a process after the warm-up that counts as none. In 90 rounds, 180 kB that the service loses in each are
found. A worker has 110 to 190 MB, depending on the pictures that it has read, and one ends it every few rounds."""

MAX_P99_SECONDS = {"live": 0.25, "infer": 0.25, "read": 2.0}
"""Bounds for the polite client. A hostile request keeps the event loop busy for 40 ms at a time at most, but two
cores are shared by the service, its workers and all clients; and a hostile picture may occupy a worker for 3 s."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Send all requests, print and write the results."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=N_ROUNDS, help="by default %(default)s")
    n_rounds = parser.parse_args(arguments).rounds
    with tempfile.TemporaryDirectory() as name:
        results = {"rounds": try_rounds(n_rounds, Path(name)), "pictures": try_pictures(Path(name))}
    print(json.dumps(results, indent=1))
    if n_rounds >= N_ROUNDS:
        write_json(RESULTS, {**results, "environment": describe_environment()})
    return int(any(each["faults"] for each in results.values()))


def try_rounds(n_rounds: int, folder: Path) -> dict[str, Any]:
    """Send all requests in each round, beside a polite client."""
    requests = list(make_requests())
    with start(folder) as service:
        with Neighbour(service.port) as alone:
            time.sleep(5.0)
        statuses: Counter[str] = Counter()
        faults: list[str] = []
        memory = []
        begun = time.monotonic()
        with Neighbour(service.port) as beside:
            answers = send_all(requests * n_rounds, service.port, N_CLIENTS)
            for _ in range(n_rounds):  # a round begins before the slowest clients of the last one are done
                faults += _judge(islice(answers, len(requests)), statuses)
                memory.append(measure_megabytes(service.process.pid))
        seconds = time.monotonic() - begun
        time.sleep(1.0)
        faults += find_faults(service.port, folder)
    growth = {
        "service": _measure_growth([each["service"] for each in memory]),
        # The least: at the end of a round a worker often has the hostile picture that takes all memory it may have.
        "largest_worker": _measure_growth([each["largest_worker"] for each in memory], min),
    }
    for kind, megabytes in growth.items():
        if megabytes > MAX_GROWTH_MEGABYTES[kind]:
            faults.append(f"the memory of {kind} has grown by {megabytes} MB")
    for kind, limit in MAX_P99_SECONDS.items():
        if beside.figures[kind]["p99_seconds"] > limit:
            faults.append(f"the polite client waited for {beside.figures[kind]['p99_seconds']} s for {kind}")
    faults += [f"the polite client got {status}" for status in beside.figures["statuses"] if status != "200"]
    return {
        "n": n_rounds,
        "requests": len(requests),
        "refused": sum(not each.is_harmless and not each.leaves and each.status > 0 for each in requests),
        "closed_without_answer": sum(each.status == 0 and not each.leaves for each in requests),
        "clients_that_leave": sum(each.leaves for each in requests),
        "answered_as_harmless": sum(each.is_harmless for each in requests),
        "answers": dict(sorted(statuses.items())),
        "seconds": round(seconds, 1),
        "megabytes": {
            "after_warm_up": memory[min(N_WARM_UP, n_rounds) - 1],
            "last": memory[-1],
            "growth": growth,
            "by_round": {kind: [round(each[kind], 1) for each in memory] for kind in memory[0]},
        },
        "polite_client": {"alone": alone.figures, "beside": beside.figures},
        "faults": faults,
    }


def try_pictures(folder: Path) -> dict[str, Any]:
    """Send all hostile pictures once, with plenty of time for each: none is refused because the machine is busy."""
    requests = list(files.make_all_requests())
    statuses: Counter[str] = Counter()
    with start(folder, "--picture-timeout", "60", "--deadline", "600", "--max-body", str(2**24)) as service:
        faults = _judge(send_all(requests, service.port, n_clients=2), statuses)
        faults += find_faults(service.port, folder)
    return {"n": len(requests), "answers": dict(sorted(statuses.items())), "faults": faults}


def _judge(answers: Iterable[tuple[HostileRequest, Answer]], statuses: Counter[str]) -> list[str]:
    """Count answers by status, and return what is wrong with them."""
    faults = []
    for request, answer in answers:
        fault = find_fault(request, answer)
        if fault is not None:
            faults.append(f"{request.name}: {fault}")
        statuses[str(answer.statuses[0]) if answer.statuses else "none"] += 1
    return faults


def _measure_growth(megabytes: list[float], summarise: Callable[[list[float]], float] = fmean) -> float:
    """Return by how much the memory in the second half of the rounds after the warm-up exceeds that in the first."""
    later = megabytes[N_WARM_UP:]
    n = len(later) // 2
    return round(summarise(later[n:]) - summarise(later[:n]), 1) if n else 0.0


if __name__ == "__main__":
    sys.exit(main())
