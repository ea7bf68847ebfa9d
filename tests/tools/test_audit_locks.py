"""The audit fails when it could not look, and when it finds something."""

import subprocess
from collections.abc import Callable

import pytest
from packaging.version import Version

import audit_locks
from audit_locks import CONTROL, AuditError, Findings, audit, run_pip_audit
from requirement_locks import Pin

FOUND = ("pillow", "12.0", "CVE-2026-96639", "13.0.0")
PINS = [
    Pin("numpy", Version("2.4"), "python_version >= '3.12'", (), ()),
    Pin("numpy", Version("2.3"), "python_version < '3.12'", (), ()),
    Pin("pillow", Version("12.0"), "", (), ()),
    Pin("pillow", Version("12.0"), "", (), ()),
]


def service(answers: dict[str, Findings | AuditError]) -> Callable[[list[str], str], Findings]:
    """A stand-in for pip-audit: by service, what it finds among the packages."""

    def find(requirements: list[str], name: str) -> Findings:
        answer = answers[name]
        if isinstance(answer, AuditError):
            raise answer
        if requirements == [CONTROL]:
            return [("jinja2", "2.4.1", "CVE-2014-1402", "2.7.2")]
        return [each for each in answer if f"{each[0]}=={each[1]}" in requirements]

    return find


def test_findings_are_returned_once() -> None:
    assert audit(PINS, service({"pypi": [FOUND]})) == [FOUND]


def test_the_versions_of_all_environments_are_looked_up() -> None:
    asked: list[list[str]] = []

    def find(requirements: list[str], name: str) -> Findings:
        asked.append(requirements)
        return [FOUND] if requirements == [CONTROL] else []

    assert audit(PINS, find) == []
    assert asked == [[CONTROL], ["numpy==2.3", "pillow==12.0"], ["numpy==2.4"]]


def test_the_next_service_is_asked_when_one_cannot_be_reached() -> None:
    assert audit(PINS, service({"pypi": AuditError("no network"), "osv": [FOUND]})) == [FOUND]


def test_a_service_that_knows_no_vulnerability_of_the_control_is_not_believed() -> None:
    with pytest.raises(AuditError, match="reports no vulnerability of jinja2"):
        audit(PINS, lambda requirements, name: [])


def test_a_failure_after_the_control_is_not_hidden() -> None:
    def find(requirements: list[str], name: str) -> Findings:
        if requirements == [CONTROL]:
            return [FOUND]
        raise AuditError("the connection broke")

    with pytest.raises(AuditError, match="broke"):
        audit(PINS, find)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ([], 0, "no published vulnerability in"),
        (AuditError("no network"), 2, "could not look anything up, so nothing is known: pypi: no network"),
    ],
)
def test_the_exit_status(
    answer: Findings | AuditError, status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit_locks.main(service({"pypi": answer, "osv": answer})) == status
    printed = capsys.readouterr()
    text = printed.err if status else printed.out
    assert words in text
    assert len(text.splitlines()) == 1


def test_a_finding_is_printed_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    def find(requirements: list[str], name: str) -> Findings:
        return [FOUND]

    assert audit_locks.main(find) == 1
    assert capsys.readouterr().err == (
        "pillow 12.0: CVE-2026-96639, fixed in 13.0.0; add a row to requirements/floors.toml\n"
    )


@pytest.mark.parametrize(
    ("status", "out", "err", "message"),
    [
        (1, "", "WARNING: x\nERROR:pip_audit._cli:pillow: not found", "^pillow: not found$"),
        (3, "", "", "pip-audit ended with status 3"),
        (0, '{"dependencies": []}', "", "1 packages were asked for, but fewer were looked up"),
        (0, '{"dependencies": [{"name": "pillow", "skip_reason": "x"}]}', "", "fewer were looked up"),
    ],
)
def test_an_answer_without_all_packages_is_a_failure(
    status: int, out: str, err: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess([], status, out, err)
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: done)
    with pytest.raises(AuditError, match=message):
        run_pip_audit(["pillow==12.0"], "pypi")


def test_the_answer_of_pip_audit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    out = (
        '{"dependencies": [{"name": "pillow", "version": "12.0", "vulns": [{"id": "CVE-2026-96639", '
        '"fix_versions": ["13.0.0"], "aliases": [], "description": ""}]}], "fixes": []}'
    )
    monkeypatch.setattr(
        subprocess, "run", lambda *words, **options: subprocess.CompletedProcess([], 1, out, "")
    )
    assert run_pip_audit(["pillow==12.0"], "pypi") == [FOUND]
