"""Packages: what is missing, too old or too new, with the command that installs it."""

import importlib.metadata
import platform
from collections.abc import Callable

import pytest
from packaging.requirements import Requirement

from inkdigits.diagnosis.finding import Finding
from inkdigits.diagnosis.packages import _select_extras, check_packages


def versions(**changes: str | None) -> Callable[[str], str]:
    """The installed versions with some changes; None for a package that is not installed."""
    named = {name.replace("_", "-"): version for name, version in changes.items()}

    def find_version(name: str) -> str:
        version = named.get(name, "999.0")
        if name in named:
            if version is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return version
        return importlib.metadata.version(name)

    return find_version


def find(name: str, **changes: str | None) -> Finding:
    (found,) = (each for each in check_packages(None, versions(**changes)) if each.name == name)
    return found


def test_the_versions_are_those_that_are_installed() -> None:
    assert find("Python").value == platform.python_version()
    assert find("inkdigits").value == importlib.metadata.version("inkdigits")
    core = find("core")
    assert core.state == "right"
    assert core.facts["versions"]["numpy"] == importlib.metadata.version("numpy")
    assert f"pillow {importlib.metadata.version('pillow')}" in core.value


def test_the_extras_are_those_for_users() -> None:
    names = [finding.name for finding in check_packages(None)]
    assert names == [
        "Python",
        "inkdigits",
        "core",
        "heic",
        "notebook",
        "openvino",
        "pdf",
        "report",
        "serve",
        "train",
    ]


def test_an_extra_shows_only_what_it_adds() -> None:
    assert set(find("notebook").facts["versions"]) == {"ipykernel", "jupyterlab", "nbclient"}
    assert set(find("pdf").facts["versions"]) == {"pypdfium2"}


def test_a_missing_extra_is_a_note_with_the_command_that_installs_it() -> None:
    found = find("pdf", pypdfium2=None)
    assert (found.state, found.value) == ("note", "not installed (pypdfium2)")
    assert found.remedy == 'pip install "inkdigits[pdf]"'
    assert found.facts["missing"] == ["pypdfium2"]


def test_a_part_of_an_extra_that_is_missing_is_a_note() -> None:
    found = find("train", tf2onnx=None)
    assert found.state == "note"
    assert found.value.startswith("tf2onnx not installed; ")
    assert found.remedy == 'pip install "inkdigits[train]"'


def test_a_part_of_the_core_that_is_missing_is_wrong() -> None:
    found = find("core", pillow=None)
    assert (found.state, found.remedy) == ("wrong", "pip install inkdigits")
    assert found.value.startswith("pillow not installed")


@pytest.mark.parametrize(
    ("name", "changes", "value", "remedy"),
    [
        ("core", {"pillow": "9.0"}, "pillow 9.0, but >=13.0 is needed", "pip install --upgrade inkdigits"),
        ("train", {"keras": "3.1"}, "keras 3.1, but >=3", 'pip install --upgrade "inkdigits[train]"'),
    ],
)
def test_a_version_that_does_not_fit_is_wrong(
    name: str, changes: dict[str, str], value: str, remedy: str
) -> None:
    found = find(name, **changes)
    assert found.state == "wrong"
    assert found.value.startswith(value)
    assert found.remedy == remedy


def test_a_pre_release_fits() -> None:
    assert find("core", numpy="99.0rc1").state == "right"


def test_another_python_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "python_version", lambda: "3.9.1")
    found = find("Python")
    assert found.state == "wrong"
    assert found.value.startswith("3.9.1, but ")
    assert found.remedy.startswith("create an environment with Python ")


def test_an_extra_of_developers_and_all_itself_are_left_out() -> None:
    texts = [
        "numpy>=2",
        *("a; extra == 'small'", "a; extra == 'big'", "b; extra == 'big'"),
        *("a; extra == 'all'", "b; extra == 'all'", "test; extra == 'dev'"),
        "windows; sys_platform == 'never' and extra == 'small'",
    ]
    found = _select_extras([Requirement(text) for text in texts], ["all", "big", "dev", "small"])
    assert {extra: [each.name for each in added] for extra, added in found.items()} == {
        "big": ["b"],
        "small": ["a"],
    }
