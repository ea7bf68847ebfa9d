"""Baseline and recipe run in turn, rounds are stored one by one, and ratios are computed correctly."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import keras
import pytest

from benchmarks.paths import ROOT
from benchmarks.processes import ask, timed
from benchmarks.speed import training as training_speed
from benchmarks.speed.steps.matrix_product import FORWARD, TRAINING
from inkdigits.training.networks.classifiers import build_network


def side(seconds: float, accuracy: float = 0.99, images_per_second: float = 10_000) -> dict[str, Any]:
    phases = {"training": seconds - 4, "the rest": 4.0}
    return {
        "seconds": seconds,
        "accuracy": accuracy,
        "images_per_second": images_per_second,
        "phases": phases,
    }


@pytest.fixture
def raced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace everything that takes time; the list tells in which order the sides ran."""
    ran: list[str] = []

    def baseline(*_: object) -> dict[str, Any]:
        ran.append("baseline")
        return side(100.0 + len(ran))

    def recipe(*_: object) -> dict[str, Any]:
        ran.append("recipe")
        return side(10.0)

    gflops = {"float32": 100.0, "bfloat16": 400.0}
    layers = {"conv2d": {"kind": "Conv2D", "forward": 1.0, "forward_and_back": 3.0}}
    parts = {
        "batch_size": 128, "precision": "mixed_bfloat16", "n_parts": 2, "step": 9.0, "forward": 3.0, "data": 0.5,
    }  # fmt: skip
    answers = {"speed.steps.matrix_product": gflops, "speed.steps.step_profile": {**parts, "layers": layers}}
    monkeypatch.setattr(training_speed, "run_baseline", baseline)
    monkeypatch.setattr(training_speed, "run_recipe", recipe)
    monkeypatch.setattr(training_speed, "ask", lambda module, *_: answers[module])
    monkeypatch.setattr(training_speed, "write_data", lambda path: path)
    return ran


def test_sides_take_turns_and_rounds_are_kept(
    raced: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "speed.json"
    training_speed.main(["--rounds", "1", "--out", str(out)])
    training_speed.main(["--rounds", "3", "--out", str(out)])
    assert raced == ["baseline", "recipe", "recipe", "baseline", "baseline", "recipe"]
    results = json.loads(out.read_text())
    ratios = [each["ratio"] for each in results["rounds"]]
    assert ratios == [10.1, 10.4, 10.5]
    assert results["summary"]["ratio"] == {"median": 10.4, "least": 10.1, "most": 10.5}
    assert results["summary"]["share_of_roof"] == pytest.approx(10_000 * TRAINING / 400e9, abs=1e-4)
    told = capsys.readouterr().out
    assert (
        "fast is 10.40 times as fast as the baseline (10.10 to 10.50 in 3 rounds; aim 8, stretch 12)" in told
    )
    assert "bfloat16 400 GFLOP/s" in told
    assert "Of the fast process: training 6.0 s, the rest 4.0 s" in told

    monkeypatch.syspath_prepend(ROOT / "tools")
    from documents import speed

    shown = speed.training(out)
    assert "| Keras's example | 104.0 s | 99.00% |" in shown
    assert "`fast` is **10.4 times** as fast (10.1 to 10.5 in 3 rounds; aim: 8, stretch 12)." in shown
    assert "Its seconds: training 6.0, the rest 4.0." in shown
    assert "| `conv2d`, one part | 1.00 | 3.00 |" in speed.step(out)
    assert speed.training(tmp_path / "none.json") == "Not measured yet: `make measure-training-speed`."


def test_rounds_of_another_recipe_or_baseline_are_not_mixed(raced: list[str], tmp_path: Path) -> None:
    out = tmp_path / "speed.json"
    training_speed.main(["--rounds", "1", "--out", str(out)])
    with pytest.raises(SystemExit, match="measured with another recipe"):
        training_speed.main(["--recipe", "classic", "--out", str(out)])
    results = json.loads(out.read_text())
    out.write_text(json.dumps({**results, "baseline_sha256": "0"}))
    with pytest.raises(SystemExit, match="measured with another baseline_sha256"):
        training_speed.main(["--out", str(out)])


def test_the_operations_of_an_image_are_counted_as_the_layers_have_them() -> None:
    counted = 0
    for layer in build_network("classic", 0.5).layers:
        if isinstance(layer, keras.layers.Conv2D):
            _, height, width, _ = layer.output.shape
            counted += 2 * height * width * int(keras.ops.size(layer.kernel))
        elif isinstance(layer, keras.layers.Dense):
            counted += 2 * int(keras.ops.size(layer.kernel))
    assert counted == FORWARD
    assert pytest.approx(14.6e6, rel=0.01) == TRAINING


def test_a_process_that_fails_is_no_fast_one(tmp_path: Path) -> None:
    seconds, output = timed(["sh", "-c", "echo said; sleep 0.2"], tmp_path / "log")
    assert seconds >= 0.2
    assert output == "said\n"
    with pytest.raises(RuntimeError, match="the reason"):
        timed(["sh", "-c", "echo the reason; exit 3"], tmp_path / "log")


@pytest.mark.slow
def test_a_step_is_profiled_layer_by_layer() -> None:
    parts = ask("speed.steps.step_profile", "fast", "--calls", "1", "--parts", "2")
    assert parts["n_parts"] == 2
    assert set(parts["layers"]) >= {"conv2d", "max_pooling2d", "max_pooling2d, as slices", "probabilities"}
    assert "forward_and_back" not in parts["layers"]["rescaling"]
    assert parts["forward"] > 0  # which is longer, one call on a busy machine cannot tell
    assert parts["step"] > 0
    assert parts["data"] > 0


def test_the_run_of_a_recipe_is_read_from_what_it_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[Any], log: Path) -> tuple[float, str]:
        folder = Path(command[command.index("--out") + 1])
        folder.mkdir()
        (folder / "history.csv").write_text("epoch,seconds,loss\n1,20.0,1\n2,5.0,1\n3,7.0,1\n")
        (folder / "config.json").write_text('{"data": {"n_train": 60000}}')
        (folder / "environment.json").write_text('{"seconds": {"training": 32.5, "total": 36.0}}')
        (folder / "evaluation.json").write_text('{"accuracy": 0.9931}')
        return 41.0, ""

    monkeypatch.setattr(training_speed, "timed", run)
    done = training_speed.run_recipe(0, Namespace(recipe="fast", quick=False), tmp_path, tmp_path)
    assert done["images_per_second"] == 10_000  # the first epoch, with its tracing, has no say
    assert (done["seconds"], done["accuracy"]) == (41.0, 0.9931)
    assert list(done["phases"].values()) == [5.0, 32.5, 3.5]
