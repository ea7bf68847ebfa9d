"""The floors: what is below one is found in locks and requirements; the table itself is checked."""

import datetime
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import check_floors
from check_floors import Floor, find_locks_below, find_requirements_below, read_floors
from requirement_locks import Pin

ROW = {
    "package": '"pillow"',
    "version": '"13.0.0"',
    "advisory": '"CVE-2026-96639"',
    "date": "2026-10-21",
    "flaw": '"stale memory"',
}
FLOOR = Floor("pillow", Version("13.0.0"), "CVE-2026-96639", datetime.date(2026, 10, 21), "stale memory")


def write_floors(folder: Path, *changes: dict[str, str | None]) -> Path:
    path = folder / "floors.toml"
    rows = [{**ROW, **change} for change in changes]
    path.write_text(
        "\n".join(
            "[[floor]]\n" + "".join(f"{key} = {value}\n" for key, value in row.items() if value is not None)
            for row in rows
        )
    )
    return path


def pin(version: str, name: str = "pillow") -> Pin:
    return Pin(name, Version(version), "", (), ())


def test_a_row_is_read(tmp_path: Path) -> None:
    assert read_floors(write_floors(tmp_path, {})) == [FLOOR]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"advisory": '"CVE-2026"'}, "identifier"),
        ({"advisory": '"GHSA-1111-2222-3333"'}, "identifier"),
        ({"date": '"October"'}, "date"),
        ({"date": "2026-10-21T10:00:00"}, "date"),
        ({"flaw": '" "'}, "flaw"),
        ({"version": '"newest"'}, "newest"),
        ({"package": '"Pillow"'}, "normalised"),
        ({"date": None}, "expected package, version, advisory, date, flaw"),
    ],
)
def test_a_wrong_row_is_refused(change: dict[str, str | None], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        read_floors(write_floors(tmp_path, change))


def test_rows_that_are_double_or_not_sorted_are_refused(tmp_path: Path) -> None:
    older = {"version": '"12.3.0"'}
    assert len(read_floors(write_floors(tmp_path, older, {}))) == 2
    for rows in ([{}, {}], [{}, older]):
        with pytest.raises(ValueError, match="sorted"):
            read_floors(write_floors(tmp_path, *rows))


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="none"):
        read_floors(write_floors(tmp_path))


def test_a_locked_version_below_a_floor_is_found() -> None:
    locks = {"core": [pin("12.9"), pin("13.0"), pin("13.1"), pin("1.0", "other")], "pdf": [pin("13.0.0rc1")]}
    first, second = find_locks_below([FLOOR], locks)
    assert first.startswith("requirements/core.txt has pillow 12.9, below pillow 13.0.0 (CVE-2026-96639")
    assert second.startswith("requirements/pdf.txt has pillow 13.0.0rc1")


@pytest.mark.parametrize(
    "text", ["pillow>=12", "pillow", "pillow<14", "Pillow~=12.0", "pillow==12.*", "pillow!=12.0"]
)
def test_a_requirement_below_a_floor_is_found(text: str) -> None:
    (problem,) = find_requirements_below([FLOOR], [("extra x", Requirement(text))])
    assert problem.startswith("pyproject.toml, extra x: ")
    assert problem.endswith("write  pillow>=13.0.0") or problem.endswith("Pillow>=13.0.0")


@pytest.mark.parametrize(
    "text", ["pillow>=13", "pillow>=13.0.0,<14", "pillow>=12,>=13.1", "other>=1", "pillow==13.0.*"]
)
def test_a_requirement_above_the_floor_is_accepted(text: str) -> None:
    assert find_requirements_below([FLOOR], [("dependencies", Requirement(text))]) == []


def test_this_repository_is_above_its_floors(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_floors.main() == 0
    assert "floors of" in capsys.readouterr().out


def test_the_exit_status_is_1_below_a_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_floors(tmp_path, {"version": '"99.0"'})
    monkeypatch.setattr(check_floors, "read_floors", lambda: read_floors(path))
    assert check_floors.main() == 1
    problems = capsys.readouterr().err.splitlines()
    assert "pyproject.toml, dependencies: pillow is allowed below" in problems[-1]
    assert len(problems) > 10  # one for each lock with the core


@pytest.mark.parametrize(
    "package", ["pillow", "onnx", "keras", "h11", "python-multipart", "starlette", "jinja2"]
)
def test_the_packages_that_read_files_or_requests_have_a_floor(package: str) -> None:
    assert package in {floor.package for floor in read_floors()}
