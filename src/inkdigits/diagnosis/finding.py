"""What a check found, in words for a person and as facts for a program."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

FORMAT = 1
"""Version of the JSON form; it changes if a field is removed or renamed, not if one is added."""

State = Literal["right", "note", "wrong"]
"""``wrong`` needs an action; ``note`` is worth knowing, such as an optional package that is not installed."""


@dataclass(frozen=True)
class Finding:
    """One result of a check.

    Attributes
    ----------
    topic
        The part of the installation, for example ``Models``.
    name
        What was checked, unique within its topic.
    state
        ``right``, ``note`` or ``wrong``.
    value
        What was found, in words.
    remedy
        What to do; never empty if the state is ``wrong``.
    facts
        The same for a program: values that JSON can represent.
    """

    topic: str
    name: str
    state: State
    value: str
    remedy: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.state == "wrong" and not self.remedy:
            raise ValueError(f"expected a remedy for {self.topic}, {self.name}, which is wrong, but got none")


@dataclass(frozen=True)
class Diagnosis:
    """All results, in the order in which they are shown.

    Attributes
    ----------
    findings
        The results.
    """

    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The findings that need an action."""
        return tuple(finding for finding in self.findings if finding.state == "wrong")

    def to_json(self) -> dict[str, Any]:
        """Return an object with ``format``, ``ok`` and ``findings``."""
        return {
            "format": FORMAT,
            "ok": not self.wrong,
            "findings": [asdict(finding) for finding in self.findings],
        }
