import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from inkdigits.commands.evaluate import command
from inkdigits.commands.read import command as read
from inkdigits.data import LabelledImages
from inkdigits.errors import UsageError
from inkdigits.evaluation.corruptions import CORRUPTIONS
from inkdigits.evaluation.robustness import measure_robustness
from inkdigits.recognition.engines.registry import load_recogniser


def stroke(path: Path, blank: bool = False) -> Path:
    picture = np.full((100, 80), 235, np.uint8)
    if not blank:
        picture[20:80, 36:44] = 10
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)
    return path


def test_own_pictures_are_read_as_read_reads_them(tmp_path: Path) -> None:
    for name in ("1/a.png", "1/b.png", "7/c.png"):
        stroke(tmp_path / name)
    stroke(tmp_path / "3/blank.png", blank=True)
    result = CliRunner().invoke(command, ["--data", str(tmp_path), "--json"])
    figures = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (figures["n"], figures["n_errors"], figures["accuracy"]) == (4, 2, 0.5)
    assert figures["coverage"] == 0.75
    assert figures["confusion_matrix"][7][1] == 1
    answers = CliRunner().invoke(read, [str(tmp_path), "--format", "json"])
    texts = [answer["text"] for answer in json.loads(answers.stdout)]
    assert texts == ["1", "1", "_", "1"]


def test_a_bad_file_is_named_and_left_out(tmp_path: Path) -> None:
    stroke(tmp_path / "1/a.png")
    (tmp_path / "1/bad.png").write_text("text")
    result = CliRunner().invoke(command, ["--data", str(tmp_path), "--json"])
    figures = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (figures["n"], figures["n_unreadable"]) == (1, 1)
    assert [
        line for line in result.stderr.splitlines() if line.startswith("inkdigits: ") and "bad.png" in line
    ]
    text = CliRunner().invoke(command, ["--data", str(tmp_path)]).stdout
    assert "Skipped    1 files" in text


def test_labels_of_several_digits_give_the_share_of_numbers(tmp_path: Path) -> None:
    stroke(tmp_path / "a.png")
    (tmp_path / "labels.csv").write_text("file,label\na.png,1\na.png,11\n")
    result = CliRunner().invoke(command, ["--data", str(tmp_path / "labels.csv"), "--json"])
    figures = json.loads(result.stdout)
    assert (figures["n_numbers"], figures["number_accuracy"]) == (2, 0.5)
    assert figures["digit_accuracy"] == pytest.approx(2 / 3)
    assert (
        "Numbers    50.00% of 2"
        in CliRunner().invoke(command, ["--data", str(tmp_path / "labels.csv")]).stdout
    )


def test_images_of_another_size_go_through_the_reader(tmp_path: Path) -> None:
    images = np.full((3, 60, 50), 235, np.uint8)
    images[:, 10:50, 22:28] = 10
    np.savez(tmp_path / "own.npz", images=images, labels=np.ones(3, np.int64))
    result = CliRunner().invoke(command, ["--data", str(tmp_path / "own.npz"), "--json"])
    assert json.loads(result.stdout)["accuracy"] == 1.0


@pytest.mark.slow
def test_two_models_are_compared_image_by_image(tmp_path: Path, small_test: LabelledImages) -> None:
    np.savez(tmp_path / "own.npz", images=small_test.images, labels=small_test.labels)
    arguments = ["--data", str(tmp_path / "own.npz"), "--model", "classic", "--against", "accurate"]
    comparison = json.loads(CliRunner().invoke(command, [*arguments, "--json"]).stdout)["against"]
    right, others_right = (
        load_recogniser(name).score(small_test.images).labels == small_test.labels
        for name in ("classic", "accurate")
    )
    assert comparison["model"] == "accurate"
    assert comparison["n_this_only"] == np.sum(right > others_right)
    assert comparison["n_other_only"] == np.sum(right < others_right)
    assert 0 < comparison["p_value"] <= 1
    assert "images are correct only with it" in CliRunner().invoke(command, arguments).stdout
    stroke(tmp_path / "pictures/1/a.png")
    pictures = ["--data", str(tmp_path / "pictures"), "--against", "accurate"]
    assert isinstance(CliRunner().invoke(command, pictures).exception, UsageError)


def test_corruptions_are_reported_as_a_table_and_in_json(tmp_path: Path, small_test: LabelledImages) -> None:
    np.savez(tmp_path / "own.npz", images=small_test.images[:60], labels=small_test.labels[:60])
    arguments = ["--data", str(tmp_path / "own.npz"), "--model", "classic", "--corruptions"]
    result = CliRunner().invoke(command, [*arguments, "--json"])
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    corruptions = figures["corruptions"]
    expected = measure_robustness(load_recogniser("classic"), small_test.images[:60], small_test.labels[:60])
    assert corruptions == expected.to_json()
    assert list(corruptions["corrupted"]) == list(CORRUPTIONS)
    assert corruptions["clean"] == figures["accuracy"]
    steps = [line for line in result.stderr.splitlines() if line.startswith("Corruption: ")]
    assert steps == [f"Corruption: {name}" for name in CORRUPTIONS]
    lines = CliRunner().invoke(command, arguments).stdout.splitlines()
    table = lines[next(i for i, line in enumerate(lines) if line.startswith("Corruption ")) :]
    assert len(table) == 1 + 1 + len(CORRUPTIONS) + 1 + 1
    assert table[1].split() == ["none", f"{expected.clean:.2%}"]
    assert table[3].split()[-2:] == [
        f"{expected.corrupted['impulse noise']:.2%}",
        f"{100 * (expected.corrupted['impulse noise'] - expected.clean):+.2f}",
    ]
    assert table[-1].startswith(f"Worst: {expected.worst}.")


def test_without_corruptions_none_are_measured(tmp_path: Path, small_test: LabelledImages) -> None:
    np.savez(tmp_path / "own.npz", images=small_test.images[:10], labels=small_test.labels[:10])
    result = CliRunner().invoke(command, ["--data", str(tmp_path / "own.npz"), "--json"])
    assert json.loads(result.stdout)["corruptions"] is None


@pytest.mark.parametrize("kind", ["folder", "numbers", "normalise", "other size"])
def test_corruptions_need_digit_images(tmp_path: Path, kind: str, small_test: LabelledImages) -> None:
    stroke(tmp_path / "pictures/1/a.png")
    (tmp_path / "labels.csv").write_text("file,label\npictures/1/a.png,11\n")
    np.savez(tmp_path / "own.npz", images=small_test.images[:3], labels=small_test.labels[:3])
    np.savez(tmp_path / "large.npz", images=np.zeros((2, 60, 50), np.uint8), labels=np.ones(2, np.int64))
    arguments = {
        "folder": ["--data", str(tmp_path / "pictures")],
        "numbers": ["--data", str(tmp_path / "labels.csv")],
        "normalise": ["--data", str(tmp_path / "own.npz"), "--normalise"],
        "other size": ["--data", str(tmp_path / "large.npz")],
    }[kind]
    error = CliRunner().invoke(command, [*arguments, "--corruptions"]).exception
    assert isinstance(error, UsageError)
    assert str(error).startswith("--corruptions needs digit images of 28x28 pixels, but ")
    assert "\n" not in str(error)
