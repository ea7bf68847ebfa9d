"""Throughput of each inference engine, in images per second, measured side by side.

The baseline is Keras's ``predict`` with the network of its own example. The other engines are Keras called directly,
ONNX Runtime, and OpenVINO in float32, bfloat16 and int8, for each shipped model, with single images and batches, on
one core and on two. Each engine and number of cores has its own process, pinned to its cores. The processes are
measured in turn over several rounds, so that a slow phase of the machine affects all of them. The predictions on
MNIST's 10,000 test images are also compared; the ranges of int8 are determined on training images.

    python -m benchmarks.speed.inference
    python -m benchmarks.speed.inference --quick            one short round, printed only
"""

import argparse
import itertools
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.processes import ask, load_average
from benchmarks.speed.engines.calls import ENGINES
from benchmarks.speed.engines.verdicts import in_words, judge, table
from benchmarks.speed.engines.worker import Worker
from inkdigits.data import load_mnist
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.recognition.engines.registry import shipped_models

RESULTS = RESULTS_FOLDER / "inference-speed.json"
BATCHES = (1, 64, 1024)
MODEL_OF_KERAS = "classic"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="by default %(default)s")
    parser.add_argument("--slot", type=float, default=0.25, help="seconds of calls for each figure and round")
    parser.add_argument(
        "--model", action="append", help="a shipped model or an .onnx file; again for more; by default all"
    )
    parser.add_argument("--engine", action="append", choices=ENGINES, help="by default all")
    parser.add_argument("--cores", type=int, action="append", help="again for more; by default 1 and 2")
    parser.add_argument("--quick", action="store_true", help="one short round, written only with --out")
    parser.add_argument("--out", type=Path, help=f"the result file, by default {RESULTS.name}")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        results = measure(options, Path(folder), stack)
    results["verdicts"] = judge(results["figures"])
    print(table(results))
    for verdict in results["verdicts"]:
        print(in_words(verdict))
    out = options.out or (None if options.quick else RESULTS)
    if out is not None:
        write_json(out, results)
    return 0


def measure(options: argparse.Namespace, folder: Path, stack: ExitStack) -> dict[str, Any]:
    """Start the workers, measure them round by round, and return all results."""
    shipped = shipped_models()
    models = {Path(name).stem: str(shipped.get(name, Path(name))) for name in options.model or shipped}
    engines = options.engine or ENGINES
    test = load_mnist().test
    images = folder / "images.npy"
    np.save(images, test.images)
    jobs = {}
    for model, engine in itertools.product(models, engines):
        if engine == "keras" and model != MODEL_OF_KERAS:
            continue
        path = models[model]
        if engine == "openvino-int8":
            path = str(folder / f"{model}-int8.onnx")
            ask("speed.engines.quantise", models[model], path)
        for cores in core_sets(options.cores or [1, 2]):
            worker = stack.enter_context(Worker(engine, path, cores, images))
            jobs[model, engine, len(cores)] = worker
    load = load_average()
    spent = ask_in_turn(jobs, 1 if options.quick else options.rounds, 0.02 if options.quick else options.slot)
    return {
        **describe_environment(),
        "load_before": load,
        "slot_seconds": options.slot,
        "figures": [
            {
                "model": model, "engine": engine, "way": way, "cores": cores, "batch": batch,
                "microseconds": [round(1e6 * each, 2) for each in seconds],
                "images_per_second": round(batch / median(seconds), 1),
            }
            for (model, engine, cores, way, batch), seconds in spent.items()
        ],
        "answers": answers(jobs, np.asarray(test.labels)),
    }  # fmt: skip


def core_sets(wanted: Sequence[int]) -> list[list[int]]:
    """Return the cores for each number of cores that is available to this process."""
    own = (
        sorted(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else list(range(os.cpu_count() or 1))
    )
    return [own[-n:] for n in wanted if n <= len(own)]


def ask_in_turn(
    jobs: dict[tuple[str, str, int], Worker], n_rounds: int, slot: float
) -> dict[tuple[str, str, int, str, int], list[float]]:
    """Measure every worker once per round, in alternating order."""
    asked = [(job, way, batch) for job, worker in jobs.items() for way in worker.ways for batch in BATCHES]
    spent: dict[tuple[str, str, int, str, int], list[float]] = {}
    for number in range(n_rounds):
        for job, way, batch in asked if number % 2 == 0 else reversed(asked):
            spent.setdefault((*job, way, batch), []).append(jobs[job].seconds(way, batch, slot))
        print(f"round {number + 1} of {n_rounds}", file=sys.stderr, flush=True)
    return {(*job, way, batch): spent[*job, way, batch] for job, way, batch in asked}


def answers(jobs: dict[tuple[str, str, int], Worker], labels: Any) -> list[dict[str, Any]]:
    """Return how many test images each engine classifies correctly, and how many differ from ONNX Runtime."""
    read = {}
    for (model, engine, _), worker in jobs.items():
        if (
            engine != "keras" and (model, engine) not in read
        ):  # Keras's network is not trained: it is timed alone
            read[model, engine] = np.array(worker.labels())
    return [
        {
            "model": model, "engine": engine, "n": len(labels), "n_right": int((found == labels).sum()),
            "n_unlike_onnxruntime": int((found != read[model, "onnxruntime"]).sum())
            if (model, "onnxruntime") in read else None,
        }
        for (model, engine), found in read.items()
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
