"""Timings, as ratios measured side by side in one run."""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from benchmarks.reading.pictures.contents.pages import large_photo
from benchmarks.reading.pictures.media.cameras import Camera, jpeg
from benchmarks.reading.pictures.media.kinds import Kind, render
from benchmarks.reading.pictures.sources import SEEDS, Sources
from benchmarks.reading.scoring.contact_sheet import as_rgb

IMPORTS = "import numpy, onnxruntime, cv2, PIL.Image"
LARGE_JPEG_QUALITY = 92


def photo_timing(reader: Any, sources: Sources, n_rounds: int = 9) -> dict[str, Any]:
    """Time a 12-megapixel photo with ten digits against decoding that JPEG."""
    rng = np.random.default_rng([SEEDS[sources.split], 12])
    sheet, truth = large_photo(rng, sources)
    kind = Kind("photo, large", ("white",), ("blue ballpoint",), Camera(steady=True))
    content = jpeg(as_rgb(render(rng, sheet, kind, sources)), LARGE_JPEG_QUALITY)
    buffer = np.frombuffer(content, np.uint8)
    ways: dict[str, Callable[[], object]] = {
        "read": lambda: reader.read(content),
        "decode_pillow": lambda: Image.open(io.BytesIO(content)).convert("RGB").tobytes()[:1],
        "decode_opencv": lambda: cv2.imdecode(buffer, cv2.IMREAD_COLOR),
    }
    times = _interleaved(ways, n_rounds)
    ratio = times["read"] / times["decode_pillow"]
    answer = " ".join(reader.read(content).text.split())
    return {
        "title": "12-megapixel photo with ten digits, against decoding its JPEG", "aim_below": 2.0,
        "value": round(ratio, 3), "unit": "times", "n_rounds": n_rounds, "truth": truth, "answer": answer,
        "right": answer == truth, "megabytes": round(len(content) / 1e6, 2),
        "milliseconds": {name: round(1e3 * each, 2) for name, each in times.items()},
        "against_opencv": round(times["read"] / times["decode_opencv"], 3),
    }  # fmt: skip


def _interleaved(ways: dict[str, Callable[[], object]], n_rounds: int) -> dict[str, float]:
    """Return the median time of each call in seconds, with one call of each per round, after a warm-up."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(n_rounds + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if turn:
                spent[name].append(time.perf_counter() - start)
    return {name: float(np.median(each)) for name, each in spent.items()}


def array_timing(
    model: str | None, sources: Sources, n_rounds: int = 40, n_calls: int = 50
) -> dict[str, Any]:
    """Time one 28x28 array through `Reader` on one core, beyond the bare ONNX Runtime call of its model."""
    with_one_core = hasattr(os, "sched_setaffinity")
    cores = os.sched_getaffinity(0) if with_one_core else set()
    if with_one_core:
        os.sched_setaffinity(0, {max(cores)})
    try:
        return _array_timing(model, sources, n_rounds, n_calls)
    finally:
        if with_one_core:
            os.sched_setaffinity(0, cores)


def _array_timing(model: str | None, sources: Sources, n_rounds: int, n_calls: int) -> dict[str, Any]:
    from inkdigits import OnnxRecogniser, Reader
    from inkdigits.recognition.engines.session import import_onnxruntime
    from inkdigits.recognition.model_files.kinds import CLASSIFIER
    from inkdigits.recognition.model_files.model_file import read_model_file

    reader = Reader(model, n_threads=1)
    assert isinstance(reader.recogniser, OnnxRecogniser)
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    content = read_model_file(reader.recogniser.path, CLASSIFIER).content
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    image = sources.images[0]
    batch = image[np.newaxis]

    def many(call: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(n_calls):
                call()

        return run

    times = _interleaved(
        {
            "bare": many(lambda: session.run(None, {"images": batch})),
            "auto": many(lambda: reader.read(image)),
            "digit": many(lambda: reader.read(image, layout="digit")),
        },
        n_rounds,
    )
    each = {name: 1e3 * spent / n_calls for name, spent in times.items()}
    return {
        "title": "one 28x28 array through Reader, beyond the bare ONNX Runtime call", "aim_below": 0.15,
        "value": round(each["auto"] - each["bare"], 4), "unit": "ms",
        "told_digit": round(each["digit"] - each["bare"], 4),
        "n_rounds": n_rounds, "n_calls": n_calls, "milliseconds": {name: round(ms, 4) for name, ms in each.items()},
    }  # fmt: skip


def process_timing(model: str | None, sources: Sources, n_rounds: int = 15) -> dict[str, Any]:
    """Time ``inkdigits read`` on a small picture, whole process, against one that only imports its libraries."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digit.png"
        enlarged = cv2.resize(sources.images[0], (112, 112), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(path), 255 - enlarged)
        command = [str(Path(sys.executable).with_name("inkdigits")), "read", str(path)]
        if model is not None:
            command += ["--model", model]
        ways: dict[str, Callable[[], object]] = {
            "read": lambda: _run(command),
            "imports": lambda: _run([sys.executable, "-c", IMPORTS]),
        }
        times = _interleaved(ways, n_rounds)
    return {
        "title": "inkdigits read on a small picture, whole process, against importing its libraries",
        "aim_below": 1.4, "value": round(times["read"] / times["imports"], 3), "unit": "times", "n_rounds": n_rounds,
        "milliseconds": {name: round(1e3 * each, 1) for name, each in times.items()},
    }  # fmt: skip


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
