"""Measure the time and memory that any file needs at most, and compare them with the bounds that are promised.

python -m benchmarks.limits.bounds     a quarter of an hour; writes benchmarks/results/bounds.json

The exit status is 1 if a file needs more than its bound.

Each file is read in a process of its own, on one thread.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.limits.hostile import reading
from benchmarks.limits.hostile.data_sets import make_data_sets, make_rosters
from benchmarks.limits.hostile.models import make_models
from benchmarks.limits.hostile.pictures import make_pictures
from benchmarks.limits.hostile.pictures.contents import make_files as make_page_files
from benchmarks.paths import RESULTS_FOLDER, ROOT
from inkdigits.environment import describe_environment
from inkdigits.files.limits import DATA_SET, HOSTILE_PICTURE, MODEL, PAGE, Bound
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "bounds.json"


def _make_models() -> Iterable[tuple[str, bytes]]:
    return ((f"refused-{name}.onnx", content) for name, (content, _) in make_models().items())


GROUPS: dict[str, tuple[str, Bound, Callable[[], Iterable[tuple[str, bytes]]]]] = {
    "hostile pictures": ("digit", HOSTILE_PICTURE, lambda: make_pictures(with_pages=False)),
    "pages": ("library", PAGE, make_page_files),
    "models": ("model", MODEL, _make_models),
    "data sets": ("data", DATA_SET, make_data_sets),
    "rosters": ("roster", DATA_SET, make_rosters),
}


def measure(kind: str, files: Iterable[tuple[str, bytes]]) -> list[dict[str, Any]]:
    """Read each file in a new process, and return outcome, seconds and megabytes of each."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files:
            path = Path(folder) / name
            path.write_bytes(content)
            command = [sys.executable, "-m", reading.__name__, kind, str(path)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=True)
            rows.append(json.loads(done.stdout))
            path.unlink()
    return rows


def main() -> None:
    """Measure all groups."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    out = parser.parse_args().out
    groups: dict[str, Any] = {}
    failures = []
    for name, (kind, bound, make) in GROUPS.items():
        rows = measure(kind, make())
        slowest, largest = (max(rows, key=lambda row: row[key]) for key in ("seconds", "megabytes"))
        groups[name] = {
            "n": len(rows),
            "n_refused": sum(row["outcome"] == "refused" for row in rows),
            "slowest": {key: slowest[key] for key in ("name", "seconds")},
            "largest": {key: largest[key] for key in ("name", "megabytes")},
            "bound": {"seconds": bound.seconds, "megabytes": bound.megabytes},
        }
        failures += [
            row["name"]
            for row in rows
            if row["seconds"] > bound.seconds
            or row["megabytes"] > bound.megabytes
            or not row["name"].startswith(row["outcome"])
        ]
        print(name, json.dumps(groups[name]), flush=True)
    environment = describe_environment()
    write_json(out, {"groups": groups, "failures": failures, "environment": environment})
    if failures:
        sys.exit(f"beyond its bound, or of another outcome: {', '.join(failures)}")


if __name__ == "__main__":
    main()
