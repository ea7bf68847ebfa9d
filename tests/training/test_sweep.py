import json

import pytest

from inkdigits.errors import DataError, OutputError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.training.calibration import Calibration
from inkdigits.training.recipes import get_recipe
from inkdigits.training.sweep import sweep

QUICK = get_recipe("fast").override({"epochs": 1, "steps_per_execution": 4})


@pytest.mark.slow
def test_a_sweep_goes_on_where_it_stopped_and_never_mixes_recipes(small_train, small_test, tmp_path):
    results = tmp_path / "results.json"
    trained = []
    sweep(QUICK, small_train, small_test, [5], results, on_run=trained.append)
    runs = sweep(QUICK, small_train, small_test, [5, 6], results, on_run=trained.append)
    assert [run.seed for run in runs] == [run.seed for run in trained] == [5, 6]
    saved = json.loads(results.read_text())
    assert saved["recipe"]["epochs"] == 1
    assert all(0.3 < run["accuracy"] < 1 and run["seconds"]["training"] > 0 for run in saved["runs"])
    assert saved["runs"][0]["machine"]["cores"] >= 1

    with pytest.raises(DataError, match="another recipe or data set"):
        sweep(QUICK.override({"epochs": 2}), small_train, small_test, [5], results)
    results.write_text("{")
    with pytest.raises(DataError, match="is damaged"):
        sweep(QUICK, small_train, small_test, [5], results)


@pytest.mark.slow
def test_runs_are_kept_where_asked_and_not_trained_again(small_train, small_test, tmp_path):
    keep, results, steps = tmp_path / "kept", tmp_path / "results.json", []
    (keep / "seed-3").mkdir(parents=True)
    calibration = Calibration(temperature=2.0, threshold=0.3)

    def sweep_seed(*, out=results, recipe=QUICK, using=calibration):
        return sweep(
            recipe, small_train, small_test, [3], out, keep=keep, calibration=using, watch=steps.append
        )

    runs = sweep_seed()
    kept = OnnxRecogniser(keep / "seed-3" / "model.onnx")
    assert (kept.card.temperature, kept.card.threshold) == (2.0, 0.3)
    assert runs[0].calibration["temperature"] == 2.0
    labels = kept.score(small_test.images).labels
    assert (labels == small_test.labels).mean() == pytest.approx(runs[0].accuracy)

    n_steps = len(steps)
    assert n_steps > 0
    # As after an interruption between the end of the run and that of the sweep.
    assert sweep_seed(out=tmp_path / "other.json") == runs
    assert sweep_seed() == runs
    assert len(steps) == n_steps
    with pytest.raises(DataError, match="has another recipe, seed or data set"):
        sweep_seed(out=tmp_path / "third.json", recipe=QUICK.override({"epochs": 2}))
    # Runs that are all trained anew may be calibrated otherwise.
    anew = sweep(QUICK, small_train, small_test, [3], results, keep=tmp_path / "elsewhere")
    assert [run.calibration["temperature"] for run in anew] == [1.0]
    assert anew[0].accuracy == runs[0].accuracy
    assert sweep(QUICK, small_train, small_test, [3], results, calibration=calibration) == anew
    with pytest.raises(DataError, match="runs with another calibration"):
        sweep(QUICK, small_train, small_test, [4], results, calibration=calibration)


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_trained(
    small_train, small_test, tmp_path
):
    (tmp_path / "file").touch()
    steps = []
    with pytest.raises(OutputError, match="cannot write"):
        sweep(QUICK, small_train, small_test, [1], tmp_path / "file" / "results.json", watch=steps.append)
    assert steps == []
