"""Trials are stored with the settings that differ, and never with figures of the test images."""

import json

import pytest

from benchmarks.training import trials
from inkdigits.training.recipes import get_recipe


def sweep_file(path, settings, figures, test="mnist-train"):
    runs = [
        {"seed": seed, "accuracy": accuracy, "loss": 0.02, "seconds": {"training": 10.0 + seed}}
        for seed, accuracy in figures.items()
    ]
    steady = {"epochs": 5, "learning_rate": 0.01, "augmentation": "shift", "max_shift": 2, "dropout": 0.2}
    recipe = get_recipe("original").override({"validation_share": 0, **steady, **settings}).to_json()
    path.write_text(
        json.dumps({"recipe": recipe, "data": {"train": "mnist-train", "test": test}, "runs": runs})
    )
    return str(path)


@pytest.fixture
def out(tmp_path):
    path = tmp_path / "trials.json"
    path.write_text(json.dumps({"trials": []}))
    return path


def kept(out):
    return json.loads(out.read_text())["trials"]


def test_a_row_names_the_settings_that_part_it_from_others(tmp_path, out, capsys):
    warped = sweep_file(tmp_path / "a.json", {"augmentation": "warp", "dropout": 0.0}, {0: 0.99})
    shifted = sweep_file(tmp_path / "b.json", {"max_shift": 1}, {0: 0.98, 1: 0.97})
    trials.main(["fast", warped, shifted, "--out", str(out), "--note", "another network"])
    first, second = kept(out)
    assert first["settings"] == {"epochs": 5, "learning_rate": 0.01, "warp_strength": 1.0, "dropout": 0.0}
    assert second["settings"] == {"epochs": 5, "learning_rate": 0.01, "max_shift": 1, "dropout": 0.2}
    assert second["accuracy_by_seed"] == {"0": 0.98, "1": 0.97}
    assert second["training_seconds"] == 10.5
    assert first["note"] == "another network"


def test_seeds_of_the_same_trial_come_together_and_one_trial_is_chosen(tmp_path, out, capsys):
    for name, settings, figures in (
        ("a", {}, {0: 0.99}),
        ("b", {"epochs": 6}, {0: 0.98}),
        ("c", {}, {1: 0.97}),
    ):
        path = sweep_file(tmp_path / f"{name}.json", settings, figures)
        trials.main(["fast", path, "--out", str(out), "--chosen"])
    same, other = kept(out)
    assert same["accuracy_by_seed"] == {"0": 0.99, "1": 0.97}
    assert same["chosen"]
    assert "chosen" not in other


def test_figures_of_the_test_images_are_refused(tmp_path, out):
    path = sweep_file(tmp_path / "a.json", {}, {0: 0.99}, test="mnist-test")
    with pytest.raises(SystemExit, match="looked at the test images"):
        trials.main(["fast", path, "--out", str(out)])
    assert kept(out) == []


def test_a_held_out_run_is_a_sweep_of_one_seed(tmp_path, out, capsys):
    run = tmp_path / "run"
    run.mkdir()
    recipe = get_recipe("fast").to_json()
    data = {"name": "mnist-train", "test_name": "mnist-train"}
    (run / "config.json").write_text(json.dumps({"seed": 7, "recipe": recipe, "data": data}))
    (run / "evaluation.json").write_text(json.dumps({"accuracy": 0.99, "loss": 0.03}))
    (run / "environment.json").write_text(json.dumps({"seconds": {"training": 9.0}}))
    trials.main(["fast", str(run), "--out", str(out)])
    (row,) = kept(out)
    assert (row["accuracy_by_seed"], row["loss_by_seed"]) == ({"7": 0.99}, {"7": 0.03})
