"""Read files in a process of their own, and report outcome, processor time and peak memory of each.

python -m benchmarks.limits.hostile.reading KIND FOLDER

The files of FOLDER are read in one process; for each, a line of JSON is printed.

KIND is ``command`` (``inkdigits read``), ``library`` or ``digit`` (`Reader.read` with the layout ``auto`` or
``digit``), ``data``, ``roster`` or ``model``.
"""

import contextlib
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Outcome = tuple[str, str]
"""``read`` or ``refused``, and the message."""


def peak_megabytes() -> float:
    """Return the peak memory of this process, in MB.

    On Linux ``ru_maxrss`` starts at the memory of the parent, which may have imported TensorFlow.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _read_by_library(layout: str = "auto") -> Callable[[Path], Outcome]:
    from inkdigits import Reader
    from inkdigits.errors import PictureError

    reader = Reader(n_threads=1)
    reader.read(_draw_small())  # loads the detector

    def read(path: Path) -> Outcome:
        try:
            reader.read(path, layout)
        except PictureError as error:
            return "refused", str(error)
        return "read", ""

    return read


def _draw_small() -> Any:
    import numpy as np

    picture = np.full((120, 200), 255, np.uint8)
    picture[30:90, 60:66] = picture[30:90, 120:126] = 0
    return picture


def _read_by_command() -> Callable[[Path], Outcome]:
    from inkdigits.commands import main

    def read(path: Path) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main(["read", str(path)])
            except SystemExit as end:
                status = end.code
        return {0: "read", 1: "refused"}.get(int(status or 0), "failed"), err.getvalue()

    return read


def _load_by(kind: str) -> Callable[[Path], Outcome]:
    from inkdigits.data import load_labelled
    from inkdigits.errors import InkdigitsError
    from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
    from inkdigits.recognition.numbers.lexicon import Roster

    loaders: dict[str, Callable[[Path], object]] = {
        "data": load_labelled,
        "roster": Roster.load,
        "model": OnnxRecogniser,
    }
    load = loaders[kind]

    def read(path: Path) -> Outcome:
        try:
            load(path)
        except InkdigitsError as error:
            return "refused", str(error)
        return "read", ""

    return read


def read_file(read: Callable[[Path], Outcome], path: Path) -> dict[str, Any]:
    """Read a file, and return its name, outcome, message, seconds and megabytes."""
    start = time.process_time()  # processor time, so that other processes do not matter
    outcome, message = read(path)
    return {
        "name": path.name,
        "outcome": outcome,
        "message": message,
        "seconds": time.process_time() - start,
        "megabytes": peak_megabytes(),
    }


def main() -> None:
    """Read the files of a folder, or one file."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    if kind in ("library", "digit"):
        read = _read_by_library("auto" if kind == "library" else "digit")
    else:
        read = _read_by_command() if kind == "command" else _load_by(kind)
    for path in sorted(folder.iterdir()) if folder.is_dir() else [folder]:
        print(json.dumps(read_file(read, path)), flush=True)


if __name__ == "__main__":
    main()
