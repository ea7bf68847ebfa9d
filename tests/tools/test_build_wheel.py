"""The builds: equal whatever the folder, the permissions and the clock; and differences are found."""

import subprocess
import zipfile
from pathlib import Path

import pytest

import build_wheel
from build_wheel import build_twice, describe_difference, list_tracked_files

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "small"
version = "1.0"
requires-python = ">=3.11"
[tool.hatch.build.targets.wheel]
packages = ["small"]
"""

HOOK = """\
[tool.hatch.build.hooks.custom]
path = "hook.py"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "small project"
    (root / "small").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "small" / "__init__.py").write_text("x = 1\n")
    (root / "small" / "untracked.py").write_text("secret = 1\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (
        ["init", "-q"],
        ["add", "pyproject.toml", "small/__init__.py"],
        ["commit", "-q", "-m", "x"],
    ):
        subprocess.run([*git, *words], cwd=root, check=True)
    return root


@pytest.mark.slow
def test_two_builds_are_equal(project: Path, tmp_path: Path) -> None:
    wheel, source = sorted(build_twice(project, tmp_path / "out"), key=lambda path: path.suffix, reverse=True)
    assert (wheel.name, source.name) == ("small-1.0-py3-none-any.whl", "small-1.0.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        assert "small/__init__.py" in archive.namelist()
        assert "small/untracked.py" not in archive.namelist()


@pytest.mark.slow
def test_builds_that_differ_are_refused(project: Path, tmp_path: Path) -> None:
    (project / "pyproject.toml").write_text(PROJECT + HOOK)
    (project / "hook.py").write_text(
        "import os, pathlib\n"
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Hook(BuildHookInterface):\n"
        "    def initialize(self, version, build_data):\n"
        "        pathlib.Path(self.root, 'small', 'place.txt').write_text(self.root)\n"
    )
    subprocess.run(["git", "add", "hook.py"], cwd=project, check=True)
    with pytest.raises(SystemExit, match=r"two builds of small-1\.0\S* differ"):
        build_twice(project, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_failing_build_is_reported(project: Path, tmp_path: Path) -> None:
    (project / "pyproject.toml").write_text(PROJECT.replace("1.0", "one"))
    with pytest.raises(SystemExit, match="the build failed"):
        build_twice(project, tmp_path / "out")


def test_the_time_is_that_of_the_last_commit_unless_it_is_set(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert int(build_wheel.read_commit_time(project)) > 1_700_000_000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1234567890")
    assert build_wheel.read_commit_time(project) == "1234567890"


def test_files_that_were_deleted_are_not_listed(project: Path) -> None:
    assert list_tracked_files(project) == ["pyproject.toml", "small/__init__.py"]
    (project / "small" / "__init__.py").unlink()
    assert list_tracked_files(project) == ["pyproject.toml"]


def test_copies_have_the_permissions_and_times_of_the_condition(project: Path, tmp_path: Path) -> None:
    build_wheel.copy_files(project, ["pyproject.toml"], tmp_path / "copy", umask=0o077, age_seconds=1000)
    copy = (tmp_path / "copy" / "pyproject.toml").stat()
    assert copy.st_mode & 0o777 == 0o600
    assert (project / "pyproject.toml").stat().st_mtime - copy.st_mtime == pytest.approx(1000, abs=1)


def test_the_members_that_differ_are_listed(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.whl" for number in range(3)]
    for path, members in zip(
        paths, ({"a": "1", "b": "1"}, {"a": "1", "b": "2"}, {"b": "1", "a": "1"}), strict=True
    ):
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in members.items():
                archive.writestr(zipfile.ZipInfo(name), text)
    assert describe_difference(paths[0], paths[1]) == "b"
    assert describe_difference(paths[0], paths[2]) == "the order of the members"
