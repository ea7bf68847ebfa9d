"""Two sweeps are compared from their result files; nothing is trained."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from inkdigits.commands import main
from inkdigits.commands.sweep import command
from inkdigits.errors import DataError, UsageError


def write_results(path: Path, name: str, accuracies: dict[int, float], test: str = "mnist-test") -> Path:
    figures = {"n": 1000, "n_errors": 10, "loss": 0.03, "ece": 0.01, "without_label_errors": None}
    environment = {"created": "2025-03-01", "machine": {}, "versions": {}, "precision": "float32"}
    common = {**figures, **environment, "seconds": {"training": 20, "total": 30}}
    runs = [{"seed": seed, "accuracy": accuracy, **common} for seed, accuracy in accuracies.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"train": "mnist-train", "train_sha256": "0", "test": test, "test_sha256": test}
    path.write_text(json.dumps({"recipe": {"name": name}, "data": data, "runs": runs}))
    return path


def compare(*names: object) -> list[str]:
    words = ["--compare", *map(str, names)]
    return CliRunner().invoke(command, words, catch_exceptions=False).stdout.splitlines()


def test_pairs_are_made_by_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results = Path("benchmarks/results")
    write_results(results / "accuracy-a.json", "a", {0: 0.990, 1: 0.991, 2: 0.992, 9: 0.5})
    write_results(results / "accuracy-b.json", "b", {2: 0.993, 1: 0.993, 0: 0.993})
    lines = compare("a", "b")
    assert lines[0].startswith("a  86.825% ± 24")
    assert lines[1].startswith("b  99.300% ± 0.000")
    assert lines[2].startswith("b against a: +0.200 points")
    assert "over 3 pairs of runs, p = 0.2500: too few pairs" in lines[2]


def test_what_does_not_compare_is_refused(tmp_path: Path) -> None:
    first = write_results(tmp_path / "first.json", "a", {0: 0.99})
    with pytest.raises(DataError, match="no common random seed"):
        compare(first, write_results(tmp_path / "b.json", "b", {1: 0.99}))
    with pytest.raises(DataError, match="compare sweeps with the same test images"):
        compare(first, write_results(tmp_path / "c.json", "c", {0: 0.99}, "held-out"))
    with pytest.raises(DataError, match="contains no runs"):
        compare(first, write_results(tmp_path / "d.json", "d", {}))
    with pytest.raises(DataError, match=r"none\.json does not exist"):
        compare(first, tmp_path / "none.json")
    (tmp_path / "e.json").write_text('{"runs": 3}')
    with pytest.raises(DataError, match="is damaged"):
        compare(first, tmp_path / "e.json")


@pytest.mark.parametrize("words", [[], ["fast", "--compare", "fast", "classic"]])
def test_either_a_recipe_is_trained_or_two_are_compared(words: list[str]) -> None:
    with pytest.raises(UsageError, match="expected one recipe"):
        CliRunner().invoke(command, words, catch_exceptions=False, standalone_mode=False)


def test_an_error_of_the_options_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["sweep", "--compare", "fast"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.endswith("requires 2 arguments; see inkdigits sweep --help\n")
