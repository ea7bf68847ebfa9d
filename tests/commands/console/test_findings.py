"""The text of a diagnosis: aligned, wrapped, and with a last line that states the result."""

import click

from inkdigits.commands.console.findings import format_diagnosis
from inkdigits.diagnosis.finding import Diagnosis, Finding

RIGHT = Finding("Models", "quick", "right", "unchanged")
NOTE = Finding("Packages", "pdf", "note", "not installed", "pip install")
WRONG = Finding("Packages", "core", "wrong", "pillow 9.0, " * 12, "upgrade")


def text(*findings: Finding, width: int = 100) -> list[str]:
    return click.unstyle(format_diagnosis(Diagnosis(findings), width)).splitlines()


def test_the_values_are_aligned_under_their_topics() -> None:
    assert text(NOTE, RIGHT) == [
        "Packages",
        "  note   pdf    not installed",
        "                -> pip install",
        "",
        "Models",
        "  ok     quick  unchanged",
        "",
        "nothing is wrong",
    ]


def test_long_values_are_wrapped_under_themselves() -> None:
    lines = text(WRONG)
    assert max(map(len, lines)) <= 100
    assert len(lines) > 5
    assert all(line.startswith(" " * 15) for line in lines[2:-2])
    assert lines[-3].strip() == "-> upgrade"


def test_the_last_line_lists_what_is_wrong() -> None:
    assert text(WRONG, RIGHT)[-1] == "1 finding needs an action: packages: core"
    other = Finding("Folders", "runs", "wrong", "no space", "free disk space")
    assert text(WRONG, other)[-1] == "2 findings need an action: packages: core, folders: runs"


def test_colours_are_only_for_terminals() -> None:
    assert "\x1b[" in format_diagnosis(Diagnosis((RIGHT,)), 100)
