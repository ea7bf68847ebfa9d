"""The configuration and the environment of a run: files of earlier versions, and damaged ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from inkdigits.environment import describe_environment
from inkdigits.errors import RunError
from inkdigits.files.json_records import to_json
from inkdigits.runs.run_files import read_config, read_environment, read_run_name

CONFIG: dict[str, Any] = {
    "name": "fast",
    "recipe": {"epochs": 4},
    "seed": 1,
    "data": {"name": "mnist-train", "n_train": 60000, "n_test": 10000, "sha256": "9d"},
    "layers": [{"name": "digit", "type": "Dense", "output_shape": [None, 10], "parameters": 16010}],
    "parameters": 34826,
}


def write(run: Path, name: str, content: Any) -> Path:
    (run / name).write_text(json.dumps(content), "utf-8")
    return run


def test_a_configuration_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, "config.json", CONFIG))
    assert (config.name, config.data.n_train, config.layers[0].output_shape) == ("fast", 60000, (None, 10))
    assert (config.data.n_validation, config.teacher_sha256, config.source) == (None, None, None)
    assert to_json(config)["recipe"] == {"epochs": 4}


def test_the_detector_s_configuration_has_a_name_only(tmp_path: Path) -> None:
    run = write(tmp_path, "config.json", {"name": "detector", "seed": 0, "epochs": 66, "data": "9d"})
    assert read_run_name(run) == "detector"
    with pytest.raises(RunError, match=r"config\.json is damaged"):
        read_config(run)


def test_an_environment_is_read_as_it_was_described(tmp_path: Path) -> None:
    described = {**describe_environment(), "precision": "float32", "seconds": {"training": 2, "total": 3.5}}
    environment = read_environment(write(tmp_path, "environment.json", described))
    assert to_json(environment) == described
    assert list(to_json(environment)) == ["created", "machine", "versions", "precision", "seconds"]


@pytest.mark.parametrize("change", [{"name": 3}, {"data": []}, {"layers": [{"name": "x"}]}, {"seed": None}])
def test_a_damaged_configuration_is_an_error_of_one_line(tmp_path: Path, change: dict[str, Any]) -> None:
    run = write(tmp_path, "config.json", {**CONFIG, **change})
    with pytest.raises(RunError, match=r"config\.json is damaged \(.*\); train the run again$") as caught:
        read_config(run)
    assert next(iter(change)) in str(caught.value)
