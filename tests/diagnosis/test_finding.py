"""Findings: what is wrong has a remedy, and the JSON form is stable."""

import json

import pytest

from inkdigits.diagnosis.finding import Diagnosis, Finding

RIGHT = Finding("Models", "quick", "right", "unchanged", facts={"sha256": "ab"})
NOTE = Finding("Packages", "pdf", "note", "not installed", "pip install")
WRONG = Finding("Folders", "runs", "wrong", "no space", "free disk space")


def test_a_wrong_finding_without_a_remedy_is_refused() -> None:
    with pytest.raises(ValueError, match="remedy for Folders, runs"):
        Finding("Folders", "runs", "wrong", "no space")


def test_only_wrong_findings_are_wrong() -> None:
    assert Diagnosis((RIGHT, NOTE, WRONG)).wrong == (WRONG,)
    assert Diagnosis((RIGHT, NOTE)).wrong == ()


def test_the_json_form() -> None:
    content = Diagnosis((RIGHT, WRONG)).to_json()
    assert json.loads(json.dumps(content)) == {
        "format": 1,
        "ok": False,
        "findings": [
            {
                "topic": "Models",
                "name": "quick",
                "state": "right",
                "value": "unchanged",
                "remedy": "",
                "facts": {"sha256": "ab"},
            },
            {
                "topic": "Folders",
                "name": "runs",
                "state": "wrong",
                "value": "no space",
                "remedy": "free disk space",
                "facts": {},
            },
        ],
    }
    assert Diagnosis((NOTE,)).to_json()["ok"] is True
