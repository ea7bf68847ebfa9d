import base64
import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from inkdigits.commands.formats.reading import COLUMNS
from inkdigits.commands.read import command
from inkdigits.errors import DataError, ModelError, UsageError


def read(*arguments: object, **options: Any) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], **options)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    picture = np.full((100, 80), 255, np.uint8)
    picture[20:80, 36:44] = 0
    path = tmp_path / "one.png"
    Image.fromarray(picture).save(path)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.png"
    path.write_text("text")
    return path


@pytest.fixture
def folder(one: Path, tmp_path: Path) -> Path:
    """Three pictures, and what is none: another kind of file, and hidden ones."""
    place = tmp_path / "folder"
    for name in ("b.PNG", "a.png", "deeper/c.png", ".hidden.png", ".hidden/d.png", "notes.txt"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(one.read_bytes())
    return place


def test_text(one: Path) -> None:
    result = read(one)
    assert (result.exit_code, result.stdout) == (0, "1\n")


def test_one_picture_is_one_json_object(one: Path) -> None:
    answer = json.loads(read("--format", "json", one).stdout)
    assert list(answer) == ["picture", "text", "width", "height", "digits", "numbers"]
    assert (answer["picture"], answer["text"]) == (str(one), "1")
    assert (answer["width"], answer["height"]) == (80, 100)
    assert answer["digits"] == answer["numbers"][0]["digits"]
    assert answer["digits"][0]["label"] == 1


def test_several_pictures_are_a_list_whether_they_can_be_read_or_not(one: Path, bad: Path) -> None:
    result = read("--format", "json", one, bad)
    good, failed = json.loads(result.stdout)
    assert (result.exit_code, good["text"], failed["picture"]) == (1, "1", str(bad))
    assert set(failed) == {"picture", "error"}
    assert "bad.png" in failed["error"]


def test_a_folder_is_a_list_even_of_one(one: Path, tmp_path: Path) -> None:
    (answer,) = json.loads(read("--format", "json", tmp_path).stdout)
    assert answer["picture"] == str(one)


def test_one_picture_that_cannot_be_read_is_still_one_object(bad: Path) -> None:
    result = read("--format", "json", bad)
    assert result.exit_code == 1
    assert set(json.loads(result.stdout)) == {"picture", "error"}


def test_json_lines(one: Path, bad: Path) -> None:
    result = read("--format", "jsonl", one, bad, one)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line.get("text", "failed") for line in lines] == ["1", "failed", "1"]
    assert result.exit_code == 1


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_images_of_the_digits(form: str, one: Path) -> None:
    with_images = json.loads(read("--format", form, "--images", one).stdout)
    image = with_images["digits"][0].pop("image")
    assert np.asarray(Image.open(io.BytesIO(base64.b64decode(image)))).shape == (28, 28)
    assert with_images["digits"] == json.loads(read("--format", form, one).stdout)["digits"]


def test_images_need_json(one: Path) -> None:
    error = read("--images", one).exception
    assert isinstance(error, UsageError)
    assert str(error) == "--images needs --format json or jsonl, but got text"


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_tables_are_quoted(form: str, delimiter: str, one: Path, bad: Path) -> None:
    odd = one.with_name('a "quoted",\tname.png')
    odd.write_bytes(one.read_bytes())
    result = read("--format", form, odd, bad, one)
    rows = list(csv.DictReader(io.StringIO(result.stdout), delimiter=delimiter))
    assert [row["picture"] for row in rows] == [str(odd), str(one)]
    assert tuple(rows[0]) == COLUMNS
    x, y, width, height = (int(rows[0][name]) for name in ("x", "y", "width", "height"))
    assert (rows[0]["number"], rows[0]["text"]) == ("1", "1")
    assert abs(x - 36) + abs(y - 20) + abs(width - 8) + abs(height - 60) <= 8
    assert 0 <= float(rows[0]["confidence"]) <= 1


def test_standard_input(one: Path) -> None:
    assert read("-", input=one.read_bytes()).stdout == "1\n"
    assert json.loads(read("-", "--format", "json", input=one.read_bytes()).stdout)["picture"] == "-"


def test_one_bad_file_stops_no_other(one: Path, bad: Path, tmp_path: Path) -> None:
    result = read(bad, tmp_path / "missing.png", one)
    assert result.exit_code == 1
    assert result.stdout == f"{one}\t1\n"
    first, second = result.stderr.splitlines()
    assert first.startswith("inkdigits: ")
    assert "bad.png" in first
    assert "missing.png" in second


def test_a_folder_is_walked_in_order(folder: Path) -> None:
    result = read(folder)
    assert result.exit_code == 0
    assert result.stdout == "".join(f"{folder}/{name}\t1\n" for name in ("a.png", "b.PNG", "deeper/c.png"))


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    result = read(tmp_path)
    assert result.exit_code == 1
    assert "contains no pictures" in result.stderr


def test_no_picture_is_wrong_usage() -> None:
    assert read().exit_code == 2


def test_show_draws_one_file(one: Path, tmp_path: Path) -> None:
    assert read(one, "--show", tmp_path / "out" / "shown.png").exit_code == 0
    with Image.open(tmp_path / "out" / "shown.png") as drawing:
        assert min(drawing.size) > 300


def test_show_numbers_the_files_of_several(folder: Path, tmp_path: Path) -> None:
    read(folder, "--show", tmp_path / "out" / "shown.png")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"shown-{n}.png" for n in (1, 2, 3)}


def test_names_of_other_bytes_than_text_are_read(one: Path) -> None:
    odd = os.fsencode(one.parent) + b"/caf\xe9.png"
    Path(os.fsdecode(odd)).write_bytes(one.read_bytes())
    for form in ("text", "json", "csv"):
        result = CliRunner().invoke(command, ["--format", form, os.fsdecode(odd), str(one)])
        assert result.exit_code == 0
        assert "caf\ufffd.png" in result.stdout


@pytest.mark.slow
def test_a_bar_on_the_terminal_leaves_the_piped_results_alone(one: Path) -> None:
    terminal, stderr = pty.openpty()
    arguments = [sys.executable, "-c", "from inkdigits.commands import main; main()", "read", *[str(one)] * 9]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=stderr, timeout=60)
    os.close(stderr)
    drawn = os.read(terminal, 100_000).decode(errors="replace")  # it may end within a character
    os.close(terminal)
    assert done.stdout.decode() == f"{one}\t1\n" * 9
    assert "Reading" in drawn


def test_a_roster_names_the_entry_or_says_that_there_is_none(one: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.txt"
    roster.write_text("1\n7\n")
    assert read(one, "--roster", roster).stdout == "1\t1\n"
    (row,) = csv.DictReader(io.StringIO(read(one, "--roster", roster, "--format", "csv").stdout))
    assert row["match"] == "1"
    assert float(row["posterior"]) > 0.5
    (number,) = json.loads(read(one, "--roster", roster, "--format", "json").stdout)["numbers"]
    assert number["match"]["text"] == "1"
    roster.write_text("33\n")
    assert read(one, "--roster", roster).stdout == "1\t-\n"


def test_a_missing_roster_ends_it_in_a_line(one: Path, tmp_path: Path) -> None:
    assert isinstance(read(one, "--roster", tmp_path / "none.txt").exception, DataError)


@pytest.mark.parametrize("layout", ["auto", "digit", "line", "boxes", "page"])
def test_every_layout_and_a_length_are_taken(layout: str, one: Path) -> None:
    result = read(one, "--layout", layout, "--length", 1)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1


def test_an_expected_number_is_verified(one: Path) -> None:
    assert read("--expect", "1", one).stdout.startswith("1\tyes ")
    assert read("--expect", "7", one).stdout.startswith("1\tno ")
    answer = json.loads(read("--expect", "1", "--format", "json", one).stdout)
    assert answer["numbers"][0]["expected"]["is_there"] is True
    row = next(csv.DictReader(io.StringIO(read("--expect", "12", "--format", "csv", one).stdout)))
    assert float(row["expected"]) == 0.0


def test_digits_that_cannot_occur_are_refused_rather_than_turned_into_others(one: Path) -> None:
    assert read("--digits", "0,2-9", one).stdout == "?\n"
    assert read("--digits", "1-3", one).stdout == "1\n"


@pytest.mark.parametrize("wrong", ["", "x", "9-1", "1-", "1-\u00b2", "1;2"])
def test_a_wrong_list_of_digits_is_wrong_usage(wrong: str, one: Path) -> None:
    result = read("--digits", wrong, one)
    assert result.exit_code == 2
    assert "expected digits such as 1-9 or 0,5" in result.output


def test_a_wrong_expectation_is_wrong_usage(one: Path) -> None:
    result = read("--expect", "12a", one)
    assert isinstance(result.exception, UsageError)
    assert "expected a number of the digits 0 to 9" in str(result.exception)


def test_another_detector_reads_and_a_wrong_one_is_named(one: Path, tmp_path: Path) -> None:
    from inkdigits.recognition.detection.detector import SHIPPED
    from inkdigits.recognition.engines.registry import shipped_models

    assert read("--detector", str(SHIPPED), one).stdout == read(one).stdout
    for wrong in (tmp_path / "missing.onnx", next(iter(shipped_models().values()))):
        result = read("--detector", str(wrong), one)
        assert isinstance(result.exception, ModelError)
        assert wrong.name in str(result.exception)


def test_a_blank_picture_has_its_columns_too(tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    Image.fromarray(np.full((60, 90), 240, np.uint8)).save(path)
    assert read("--layout", "line", "--expect", "12", path).stdout == "_\tno 0.0%\n"


def test_the_suffix_of_a_drawing_is_checked_before_reading(tmp_path: Path) -> None:
    result = read("--show", tmp_path / "seen.txt", "missing.png")
    assert isinstance(result.exception, UsageError)
    assert "such as .png, but got .txt" in str(result.exception)
    assert not list(tmp_path.iterdir())
