"""Speed of the worker pool: pictures per second with several processes over one, and the cost of starting them.

The command ``inkdigits read`` reads folders of 1 to 256 pictures with ``--jobs 1`` and with one job for each core, as
whole processes in alternating order, and the outputs are compared. Without the start, a pool of workers reads pictures
for some seconds, with one worker and with all. The pictures are the six samples (photos of one digit), and a page of
numbers. The time to start a worker, and the time of a task without work, are measured too.

    python -m benchmarks.speed.worker_pool
    python -m benchmarks.speed.worker_pool --quick           few pictures, one round, printed only
"""

import itertools
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER, ROOT
from benchmarks.processes import load_average
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.workers.limits import count_cores
from inkdigits.workers.pool import Pool
from inkdigits.workers.tasks import make_counting_task

RESULTS = RESULTS_FOLDER / "worker-pool.json"
PICTURES = {
    "samples": sorted((ROOT / "samples").glob("*.[pj][np]g")),
    "pages": [ROOT / "docs" / "images" / "page.jpg"],
}
AIM = 1.8
"""Pictures per second of two processes over those of one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="by default %(default)s")
    parser.add_argument(
        "--jobs", type=int, default=count_cores(), help="workers, by default one for each core"
    )
    parser.add_argument(
        "--quick", action="store_true", help="few pictures, one round, written only with --out"
    )
    parser.add_argument("--out", type=Path, help=f"the result file, by default {RESULTS.name}")
    options = parser.parse_args(arguments)
    n_rounds = 1 if options.quick else options.rounds
    counts = (2, 8) if options.quick else (1, 2, 4, 8, 16, 32, 64, 128, 256)
    results = {
        "jobs": options.jobs,
        "aim": AIM,
        "rounds": n_rounds,
        "load_before": load_average(),
        "start": measure_start(n_rounds),
        "task_microseconds": measure_tasks(200 if options.quick else 5000),
        "steady": {
            name: measure_steady(paths, options.jobs, n_rounds, seconds=1 if options.quick else 8)
            for name, paths in PICTURES.items()
        },
        "commands": {
            name: measure_commands(
                paths, options.jobs, n_rounds, [n for n in counts if name != "pages" or n <= 128]
            )
            for name, paths in PICTURES.items()
        },
        "environment": describe_environment(),
    }
    report(results)
    out = options.out or (None if options.quick else RESULTS)
    if out is not None:
        write_json(out, results)
    return 0


def measure_start(n_rounds: int) -> dict[str, float]:
    """Measure the seconds until a new pool, or the successor of a worker that was killed, has read a picture."""
    first, again = [], []
    picture = PICTURES["samples"][0]
    for _ in range(n_rounds):
        start = time.perf_counter()
        with Pool(1) as pool:
            pool.read(picture).result()
            first.append(time.perf_counter() - start)
            start = time.perf_counter()
            for pid in pool.tasks_by_process:
                os.kill(pid, signal.SIGKILL)
            pool.read(picture).result()
            again.append(time.perf_counter() - start)
    return {"first_seconds": round(median(first), 3), "replacement_seconds": round(median(again), 3)}


def measure_tasks(n_tasks: int) -> dict[str, float]:
    """Measure the microseconds of a task without work: alone, and in a sequence of many."""
    task = make_counting_task(b"no document", "nothing")
    with Pool(1) as pool:
        pool.run(task)
        start = time.perf_counter()
        for _ in range(n_tasks):
            pool.run(task)
        alone = time.perf_counter() - start
        start = time.perf_counter()
        for _ in pool.run_all(itertools.repeat(task, n_tasks)):
            pass
        many = time.perf_counter() - start
    return {"alone": round(1e6 * alone / n_tasks, 1), "many": round(1e6 * many / n_tasks, 1)}


def measure_steady(paths: list[Path], jobs: int, n_rounds: int, seconds: float) -> dict[str, Any]:
    """Measure the pictures per second of pools that have started, with one worker and with several, by turns."""
    rates: dict[int, list[float]] = {1: [], jobs: []}
    with Pool(1) as one, Pool(jobs) as several:
        for pool in (one, several):
            list(pool.read_all(paths * 2 * pool.n_workers))
        for _, pool in itertools.product(range(n_rounds), (one, several)):
            rates[pool.n_workers].append(_measure_rate(pool, paths, seconds))
    per_second = {str(n): round(median(each), 2) for n, each in rates.items()}
    return {"per_second": per_second, "ratio": round(per_second[str(jobs)] / per_second["1"], 3)}


def _measure_rate(pool: Pool, paths: list[Path], seconds: float) -> float:
    """Return the pictures per second, counted from the first result."""
    readings = pool.read_all(itertools.cycle(paths))
    next(readings)
    start = time.perf_counter()
    for n_read, _ in enumerate(readings, start=1):
        elapsed = time.perf_counter() - start
        if elapsed >= seconds and n_read >= 4 * pool.n_workers:
            break
    return n_read / elapsed


def measure_commands(paths: list[Path], jobs: int, n_rounds: int, counts: list[int]) -> list[dict[str, Any]]:
    """Measure the seconds of ``inkdigits read`` for folders of so many pictures."""
    rows = []
    for n_pictures in counts:
        with tempfile.TemporaryDirectory() as folder:
            for number, path in enumerate(itertools.islice(itertools.cycle(paths), n_pictures)):
                Path(folder, f"{number:04}{path.suffix}").write_bytes(path.read_bytes())
            seconds: dict[int, list[float]] = {1: [], jobs: []}
            processor: dict[int, list[float]] = {1: [], jobs: []}
            outputs = set()
            for n_jobs in _alternate(n_rounds, (1, jobs)):
                start, used = time.perf_counter(), _sum_processor_seconds()
                outputs.add(_run_command(folder, n_jobs))
                seconds[n_jobs].append(time.perf_counter() - start)
                processor[n_jobs].append(_sum_processor_seconds() - used)
        if len(outputs) != 1:
            sys.exit(f"the outputs for {n_pictures} pictures differ between 1 and {jobs} jobs")
        of_one, of_several = median(seconds[1]), median(seconds[jobs])
        rows.append(
            {
                "n_pictures": n_pictures,
                "seconds": {"1": round(of_one, 3), str(jobs): round(of_several, 3)},
                "processor_seconds": {str(n): round(median(each), 3) for n, each in processor.items()},
                "ratio": round(of_one / of_several, 3),
            }
        )
        print(
            f"{n_pictures:4} pictures: {of_one:7.2f} s, {of_several:7.2f} s, processor {rows[-1]['processor_seconds']}"
        )
    return rows


def _alternate(n_rounds: int, sides: tuple[int, int]) -> Iterator[int]:
    for number in range(n_rounds):
        yield from sides if number % 2 == 0 else sides[::-1]


def _sum_processor_seconds() -> float:
    """Return the processor time of all processes that have ended so far, with their own."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run_command(folder: str, jobs: int) -> bytes:
    command = [sys.executable, "-m", "inkdigits", "read", "--format", "jsonl", "--jobs", str(jobs), folder]
    return subprocess.run(command, check=True, capture_output=True).stdout


def report(results: dict[str, Any]) -> None:
    """Print the results."""
    print(f"start {results['start']}, task in microseconds {results['task_microseconds']}")
    for name, steady in results["steady"].items():
        enough = [row["n_pictures"] for row in results["commands"][name] if row["ratio"] >= AIM]
        faster = [row["n_pictures"] for row in results["commands"][name] if row["ratio"] > 1]
        print(
            f"{name}: {steady['per_second']} per second, {steady['ratio']:.2f} times; as a command faster from "
            f"{min(faster, default='more')} pictures, {AIM} times from {min(enough, default='more')}"
        )


if __name__ == "__main__":
    sys.exit(main())
