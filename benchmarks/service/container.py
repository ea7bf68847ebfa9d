"""The image of the service: build it, measure its parts, run what it holds, and read digits over HTTP.

buildah builds the image on a base that mmdebstrap makes of Debian's packages; nothing is pulled from a registry of
images, and no layer of an earlier build is used. The service is then run in namespaces of its own, with a read-only
root and without any capability (`benchmarks/service/containers/`).

    python -m benchmarks.service.container                     as root, with buildah and mmdebstrap; some minutes
"""

import gzip
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER, ROOT
from benchmarks.processes import load_average
from benchmarks.service.containers.base import SUITE, make_base
from benchmarks.service.containers.client import TOKEN, find_free_port, read_numbers
from benchmarks.service.containers.isolation import read_peak_memory, running
from benchmarks.service.containers.secrets import write_secrets
from benchmarks.service.containers.sizes import MAX_IMAGE_BYTES, measure_parts, measure_size
from benchmarks.service.containers.store import ImageConfig, Store
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "container.json"
PICTURES = (ROOT / "samples" / "seven.png", ROOT / "docs" / "images" / "page.jpg")
IMAGE = "inkdigits"
MAX_PROCESSES = 128
"""As ``pids_limit`` in compose.yaml."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, measure, print and write."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often the service is started")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    options = parser.parse_args(arguments)
    results: dict[str, Any] = {"base": f"Debian {SUITE}, made by mmdebstrap", "load_before": load_average()}
    with tempfile.TemporaryDirectory(prefix="inkdigits-") as scratch:
        store = Store(Path(scratch) / "store")
        try:
            results["build_seconds"] = build(store, Path(scratch))
            with store.mounted(IMAGE) as root:
                results["bytes"] = measure_image(root)
                config = store.read_config(IMAGE)
                results["run"] = measure_runs(root, config, options.rounds, Path(scratch) / "log")
        finally:
            store.remove()
    results["environment"] = describe_environment()
    report(results)
    write_json(options.out, results)
    return int(results["bytes"]["image"] > MAX_IMAGE_BYTES)


def build(store: Store, scratch: Path) -> dict[str, float]:
    """Build the base and the image; return the seconds."""
    start = time.perf_counter()
    base = make_base(store)
    middle = time.perf_counter()
    store.build(ROOT, IMAGE, base, write_secrets(scratch))
    return {"base": round(middle - start, 1), "image": round(time.perf_counter() - middle, 1)}


def measure_image(root: Path) -> dict[str, Any]:
    """Return the size of the image in bytes, its parts, and its size compressed, each file by itself."""
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        "promised": MAX_IMAGE_BYTES,
        "image": measure_size(root),
        "compressed": sum(len(gzip.compress(path.read_bytes(), 6)) for path in files),
        "parts": measure_parts(root),
    }


def measure_runs(root: Path, config: ImageConfig, n_rounds: int, log: Path) -> dict[str, Any]:
    """Start the service some times, read pictures and stop it; return seconds, readings and memory."""
    ready, stop, readings, peaks = [], [], [], []
    for _ in range(n_rounds):
        port = find_free_port()
        environment = {"INKDIGITS_PORT": str(port), "INKDIGITS_TOKEN": TOKEN}
        start = time.perf_counter()
        with running(root, config, environment, port, log, MAX_PROCESSES) as service:
            service.wait_until_ready()
            ready.append(time.perf_counter() - start)
            readings.append([read_numbers(service.url, path.read_bytes()) for path in PICTURES])
            health = service.call(*config.health_check)
            peaks.append(sum(map(read_peak_memory, service.list_processes())))
            service.send_stop()
            status, seconds = service.wait()
            stop.append(seconds)
        if status or health.returncode or readings[-1] != readings[0]:
            raise SystemExit(f"exit status {status}, health check {health}, readings {readings}")
    return {
        "rounds": n_rounds,
        "ready_seconds": round(median(ready), 2),
        "stop_seconds": round(median(stop), 2),
        "peak_memory_bytes": int(median(peaks)),
        "readings": {path.name: texts for path, texts in zip(PICTURES, readings[0], strict=True)},
    }


def report(results: dict[str, Any]) -> None:
    """Print the results."""
    sizes = results["bytes"]
    for name, size in sizes["parts"].items():
        print(f"{size / 1e6:8.1f} MB  {name}")
    print(
        f"{sizes['image'] / 1e6:8.1f} MB  in all, of {sizes['promised'] / 1e6:.0f}; compressed "
        f"{sizes['compressed'] / 1e6:.0f} MB"
    )
    print(f"seconds of the build: {results['build_seconds']}; run: {results['run']}")


if __name__ == "__main__":
    sys.exit(main())
