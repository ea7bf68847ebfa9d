"""All checks together: one that fails is reported, and the others are still made."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from inkdigits.diagnosis.diagnose import diagnose


def test_all_topics_are_checked(tmp_path: Path) -> None:
    diagnosis = diagnose(tmp_path)
    topics = list(dict.fromkeys(finding.topic for finding in diagnosis.findings))
    assert topics == ["Packages", "Engines", "Machine", "Models", "Data", "Folders"]
    names = [(finding.topic, finding.name) for finding in diagnosis.findings]
    assert len(set(names)) == len(names)


def test_a_check_that_fails_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ModuleType("inkdigits.diagnosis.broken")

    def check(runs: Path) -> list[object]:
        raise ZeroDivisionError("by\nzero")

    vars(broken)["check"] = check
    monkeypatch.setitem(sys.modules, "inkdigits.diagnosis.broken", broken)
    first, *others = diagnose(
        tmp_path, {"Broken": "broken:check", "Folders": "folders:check_folders"}
    ).findings
    assert (first.topic, first.state) == ("Broken", "wrong")
    assert first.value == "the check failed: ZeroDivisionError: by zero"
    assert "pip install --force-reinstall inkdigits" in first.remedy
    assert {finding.topic for finding in others} == {"Folders"}


def test_a_check_whose_package_is_missing_is_a_finding(tmp_path: Path) -> None:
    (found,) = diagnose(tmp_path, {"Engines": "no_such_module:check"}).findings
    assert found.state == "wrong"
    assert "ModuleNotFoundError" in found.value
