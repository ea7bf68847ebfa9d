"""Upper bound for a service: the rate of the engine and of the reader without one, in a process of its own.

python -m benchmarks.service.load.roof engine MODEL SECONDS
python -m benchmarks.service.load.roof reader PICTURE N
"""

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from inkdigits.data import load_mnist
from inkdigits.recognition.engines.registry import load_recogniser

BATCHES = (1, 8, 32, 256)


def measure_engine(model: str, seconds: float) -> dict[str, Any]:
    """Measure images per second of ONNX Runtime on one core, by the size of the batch."""
    recogniser = load_recogniser(model, n_threads=1)
    images = load_mnist().test.images
    rates = {}
    for n in BATCHES:
        batch, n_calls = images[:n], 0
        recogniser.score(batch)
        start = time.perf_counter()
        while (elapsed := time.perf_counter() - start) < seconds:
            recogniser.score(batch)
            n_calls += 1
        rates[str(n)] = round(n * n_calls / elapsed, 1)
    return {"images_per_second": rates, "best": max(rates.values())}


def measure_reader(picture: Path, n: int) -> dict[str, Any]:
    """Measure the milliseconds in which `Reader` reads a picture, with one thread, as workers do, and with all."""
    from inkdigits.recognition.reader import Reader

    content, spent = picture.read_bytes(), {}
    for name, reader in (("one_thread", Reader(n_threads=1)), ("all_threads", Reader())):
        seconds = []
        for _ in range(n + 3):
            start = time.perf_counter()
            reading = reader.read(content)
            seconds.append(time.perf_counter() - start)
        spent[name] = {"p50_ms": round(1e3 * median(seconds[3:]), 3), "text": reading.text}
    return spent


if __name__ == "__main__":
    what, name, amount = sys.argv[1:]
    found = (
        measure_engine(name, float(amount)) if what == "engine" else measure_reader(Path(name), int(amount))
    )
    print(json.dumps(found))
