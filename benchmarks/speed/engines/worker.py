"""A process that loads one engine on a given number of cores, and times its calls on request.

It reads one JSON request per line and writes one JSON line: ``{"way", "batch", "seconds"}`` returns the seconds of
one call, ``{"labels": true}`` the predicted label of each image.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import numpy as np

from benchmarks.paths import ROOT


class Worker:
    """The client: starts the process, sends requests and waits for the results."""

    def __init__(self, engine: str, model: str, cores: list[int], images: Path) -> None:
        names = ",".join(map(str, cores))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.speed.engines.worker", engine, model, names, str(images)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        self.name = f"{engine} of {model} on {len(cores)} cores"
        self.ways: list[str] = self._answer()

    def seconds(self, way: str, batch: int, slot: float) -> float:
        """Return the mean seconds of a call, over as many calls as fit into a slot of time."""
        return float(self._ask({"way": way, "batch": batch, "seconds": slot}))

    def labels(self) -> list[int]:
        """Return the label of each image, predicted by the engine's last call."""
        labels: list[int] = self._ask({"labels": True})
        return labels

    def _ask(self, request: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with status {self._process.wait()}")
        return json.loads(line)

    def __enter__(self) -> Self:
        """Return the worker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def main() -> None:
    """Process requests until the input ends."""
    parser = argparse.ArgumentParser(description="Hold one engine, and time its calls.")
    parser.add_argument("engine")
    parser.add_argument("model")
    parser.add_argument("cores", help="such as 0,1")
    parser.add_argument("images", help="an .npy of digit images")
    arguments = parser.parse_args()
    cores = [int(core) for core in arguments.cores.split(",")]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)  # before any thread pool is made

    from benchmarks.speed.engines.calls import ways_of

    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    images = np.load(arguments.images)
    ways = ways_of(arguments.engine, arguments.model, len(cores))

    def answer(value: Any) -> None:
        print(json.dumps(value), file=answers, flush=True)

    answer(list(ways))
    for line in sys.stdin:
        request = json.loads(line)
        if "labels" in request:
            score = list(ways.values())[-1]
            parts = [score(images[start : start + 1000]) for start in range(0, len(images), 1000)]
            answer(np.concatenate(parts).argmax(axis=1).tolist())
        else:
            answer(time_calls(ways[request["way"]], images[: request["batch"]], request["seconds"]))


def time_calls(way: Any, batch: Any, slot: float) -> float:
    """Return the mean seconds of a call, over as many calls as fit into ``slot`` seconds, after a warm-up call."""
    way(batch)
    n_calls, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < slot or n_calls == 0:
        way(batch)
        n_calls += 1
    return spent / n_calls if n_calls else spent


if __name__ == "__main__":
    main()
