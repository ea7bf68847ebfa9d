"""The findings of ``inkdigits doctor`` as aligned lines of text."""

import shutil
import textwrap
from collections.abc import Iterator
from itertools import groupby

import click

from inkdigits.diagnosis.finding import Diagnosis, Finding

_STATES = {"right": ("ok", "green"), "note": ("note", "yellow"), "wrong": ("wrong", "red")}
"""Word and colour of each state. `click.echo` removes the colour if stdout is not a terminal."""

_LEAST_WIDTH = 60
"""Narrowest column of values, in characters: in narrower terminals the lines are longer than the terminal."""


def format_diagnosis(diagnosis: Diagnosis, width: int | None = None) -> str:
    """Format the findings by topic, and a last line with the result.

    Parameters
    ----------
    diagnosis
        The findings.
    width
        Width of a line in characters; by default that of the terminal.
    """
    names = max((len(finding.name) for finding in diagnosis.findings), default=0)
    columns = width or shutil.get_terminal_size((120, 24)).columns
    lines: list[str] = []
    for topic, findings in groupby(diagnosis.findings, key=lambda finding: finding.topic):
        lines += [click.style(topic, bold=True)]
        for finding in findings:
            lines += _format_finding(finding, names, columns)
        lines += [""]
    n_wrong = len(diagnosis.wrong)
    if n_wrong:
        first = ", ".join(f"{finding.topic.lower()}: {finding.name}" for finding in diagnosis.wrong)
        words = f"{n_wrong} {'finding needs' if n_wrong == 1 else 'findings need'} an action: {first}"
    else:
        words = "nothing is wrong"
    return "\n".join([*lines, click.style(words, fg="red" if n_wrong else "green", bold=True)])


def _format_finding(finding: Finding, names: int, columns: int) -> Iterator[str]:
    word, colour = _STATES[finding.state]
    indent = 2 + 5 + 2 + names + 2
    width = max(_LEAST_WIDTH, columns - indent)
    texts = [finding.value] + [f"-> {finding.remedy}"] * bool(finding.remedy)
    wrapped = [
        line
        for text in texts
        for line in textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    ]
    head = f"  {click.style(f'{word:<5}', fg=colour)}  {finding.name:<{names}}  "
    yield f"{head}{wrapped[0]}"
    yield from (f"{'':<{indent}}{line}" for line in wrapped[1:])
