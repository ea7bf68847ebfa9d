"""The workers answer requests correctly, and targets are compared with the right figures."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.paths import ROOT
from benchmarks.processes import ask
from benchmarks.speed import inference as inference_speed
from benchmarks.speed.engines.calls import ENGINES, ways_of
from benchmarks.speed.engines.verdicts import judge
from benchmarks.speed.engines.worker import Worker, time_calls
from inkdigits.data import LabelledImages
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser
from inkdigits.recognition.engines.registry import shipped_models

CLASSIC = str(shipped_models()["classic"])


@pytest.mark.slow
@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != "openvino-int8"])
def test_every_way_of_an_engine_gives_probabilities(engine: str, small_test: LabelledImages) -> None:
    if engine == "keras":  # sets the threads of TensorFlow, which other tests have started in this process
        code = (
            "import numpy as np; from benchmarks.speed.engines.calls import ways_of\n"
            "for way in ways_of('keras', '', 1).values():\n"
            "    for n in (1, 5):\n"
            "        answer = way(np.zeros((n, 28, 28), np.uint8))\n"
            "        assert answer.shape == (n, 10) and abs(answer.sum() - n) < 1e-3"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return
    for way in ways_of(engine, CLASSIC, 1).values():
        answer = way(small_test.images[:200])
        assert (answer.argmax(axis=1) == small_test.labels[:200]).mean() > 0.97


def test_a_worker_times_calls_and_tells_what_it_reads(small_test: LabelledImages, tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", small_test.images)
    cores = inference_speed.core_sets([1])[0]
    with Worker("onnxruntime", CLASSIC, cores, tmp_path / "images.npy") as worker:
        assert worker.ways == ["bare", "score"]
        assert min(worker.seconds("bare", batch, 0.01) for batch in (1, 300)) > 0
        expected = OnnxRecogniser(CLASSIC, 1).score(small_test.images).labels
        assert worker.labels() == expected.tolist()
        with pytest.raises(RuntimeError, match=r"onnxruntime of .* on 1 cores ended with status 1"):
            worker.seconds("no such way", 1, 0.01)


def test_a_call_is_timed_by_the_mean_of_those_that_fill_the_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    calls = []

    def way(batch: str) -> None:
        calls.append(batch)
        now[0] += 0.25

    assert time_calls(way, "images", 1.0) == 0.25
    assert calls == ["images"] * 5  # one to warm up


def test_figures_are_asked_in_turn_there_and_back() -> None:
    class Fake:
        ways = ("score",)

        def __init__(self, name: str) -> None:
            self.name = name

        def seconds(self, way: str, batch: int, slot: float) -> float:
            asked.append((self.name, batch))
            return float(len(asked))

    asked: list[tuple[str, int]] = []
    jobs: Any = {("classic", "a", 1): Fake("a"), ("classic", "b", 1): Fake("b")}
    spent = inference_speed.ask_in_turn(jobs, 2, 0.1)
    assert asked[:6] == asked[6:][::-1]
    assert spent["classic", "a", 1, "score", 1] == [1.0, 12.0]


@pytest.mark.slow
def test_a_measurement_is_written_printed_and_tabled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "speed.json"
    engines = ["--engine", "onnxruntime", "--engine", "openvino-float32"]
    inference_speed.main(["--quick", "--model", "classic", *engines, "--cores", "1", "--out", str(out)])
    told = capsys.readouterr().out
    assert "openvino-float32   reads 9,9" in told
    assert "test images right, 0 otherwise than ONNX Runtime" in told
    assert "one image through Recogniser.score against a bare ONNX Runtime call, on 1 core: " in told

    monkeypatch.syspath_prepend(ROOT / "tools")
    from documents import speed

    shown = speed.inference(out)
    assert "| `classic` | onnxruntime, bare | " in shown
    assert "times (aim: under 1.2)" in shown
    assert speed.inference(tmp_path / "none.json") == "Not measured yet: `make measure-inference-speed`."


def figure(model: str, engine: str, way: str, batch: int, speed: float) -> dict[str, Any]:
    names = {"model": model, "engine": engine, "way": way, "cores": 2, "batch": batch}
    return {**names, "images_per_second": speed}


def test_aims_are_judged_against_predict_on_as_many_cores() -> None:
    verdicts = judge([
        figure("classic", "keras", "predict", 1024, 5_000), figure("classic", "keras", "predict", 1, 20),
        figure("classic", "keras", "call", 1024, 90_000),
        figure("classic", "onnxruntime", "bare", 1, 12_000), figure("classic", "onnxruntime", "score", 1, 10_000),
        figure("classic", "onnxruntime", "score", 1024, 20_000),
        figure("quick", "openvino-int8", "score", 1024, 100_000),
        figure("quick", "openvino-int8", "score", 64, 900_000),
        figure("quick", "onnxruntime", "score", 1024, 60_000),
    ])  # fmt: skip
    assert [round(verdict["value"], 3) for verdict in verdicts] == [4.0, 20.0, 3.0, 1.2, 500.0]
    assert "quick by openvino-int8" in verdicts[1]["title"]
    assert judge([figure("classic", "onnxruntime", "score", 1024, 20_000)]) == []


@pytest.mark.slow
def test_eight_bits_read_nearly_as_well(small_test: LabelledImages, tmp_path: Path) -> None:
    ask("speed.engines.quantise", "classic", tmp_path / "int8.onnx")
    assert (tmp_path / "int8.onnx").stat().st_size < 0.5 * Path(CLASSIC).stat().st_size
    eight = OpenVinoRecogniser(tmp_path / "int8.onnx", 1).score(small_test.images)
    full = OnnxRecogniser(CLASSIC, 1).score(small_test.images)
    assert (eight.labels == full.labels).mean() > 0.99
    assert np.abs(eight.probabilities - full.probabilities).max() > 1e-4  # they are other numbers, indeed
