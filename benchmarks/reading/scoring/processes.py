"""Rows over several processes: each draws its pictures, reads them, and returns the scores."""

import multiprocessing
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.reading.pictures.sheets import Example
from benchmarks.reading.pictures.sources import Split, load_sources
from benchmarks.reading.rows import ROWS, example_of
from benchmarks.reading.scoring.contact_sheet import as_rgb
from benchmarks.reading.scoring.scores import Outcome, judge

_state: dict[str, Any] = {}


def _start(model: str | None, split: Split, failures: Path | None) -> None:
    """Prepare one process: one thread each, its own reader."""
    from inkdigits import Reader

    cv2.setNumThreads(1)
    _state.update(reader=Reader(model, n_threads=1), sources=load_sources(split), failures=failures)


def _work(task: tuple[str, int]) -> Outcome:
    name, index = task
    row = ROWS[name]
    example = example_of(row, _state["sources"], index)
    outcome = judge(_state["reader"], row, example, index)
    if _state["failures"] is not None and not outcome.right:
        save_failure(_state["failures"] / name, example, outcome)
    return outcome


def save_failure(folder: Path, example: Example, outcome: Outcome) -> None:
    """Write a misread picture unchanged, with ground truth and reading in its name."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = (
        f"{outcome.index:05d}",
        outcome.kind,
        f"is {outcome.truth or 'nothing'}",
        f"read {outcome.answer or 'nothing'}",
    )
    stem = "__".join(re.sub(r"[^\w.,+%?-]+", "-", part)[:60] for part in parts)
    if isinstance(example.picture, bytes):
        (folder / f"{stem}.jpg").write_bytes(example.picture)
        return
    picture = example.picture
    if picture.ndim == 3 and picture.shape[2] == 4:
        cv2.imwrite(str(folder / f"{stem}.png"), np.asarray(picture, np.uint8)[..., [2, 1, 0, 3]])
    else:
        cv2.imwrite(str(folder / f"{stem}.png"), as_rgb(picture)[..., ::-1])


def measure(
    tasks: list[tuple[str, int]], model: str | None, split: Split, n_jobs: int, failures: Path | None
) -> dict[str, list[Outcome]]:
    """Read every task's picture, and return the outcomes of each row in the order of their index."""
    outcomes: dict[str, list[Outcome]] = {name: [] for name, _ in tasks}
    context = multiprocessing.get_context("spawn")
    with context.Pool(n_jobs, _start, (model, split, failures)) as pool:
        answers = pool.imap(_work, tasks, chunksize=8)
        for (name, _), outcome in zip(tasks, _with_progress(answers, tasks), strict=True):
            outcomes[name].append(outcome)
    return outcomes


def _with_progress(answers: Iterator[Outcome], tasks: list[tuple[str, int]]) -> Iterator[Outcome]:
    """Yield the scores, and report the progress on standard error."""
    start, live = time.monotonic(), sys.stderr.isatty()
    step = 20 if live else max(1, len(tasks) // 20)
    for done, answer in enumerate(answers, 1):
        if done % step == 0 or done == len(tasks):
            spent = time.monotonic() - start
            left = spent / done * (len(tasks) - done)
            line = f"{done}/{len(tasks)} pictures  {tasks[done - 1][0]:24s} {spent:4.0f} s, about {left:.0f} s left"
            print(f"\r{line}" if live else line, end="" if live else "\n", file=sys.stderr, flush=True)
        yield answer
    if live:
        print(file=sys.stderr)
