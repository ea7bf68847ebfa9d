"""Findings: inputs that break what a target promises."""

import hashlib
import json
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

KINDS = ("exception", "crash", "hang", "memory", "leak")
"""An unexpected exception; the end of the process; no end within the limit; too much memory for one input; memory that
is not released."""


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes
    ----------
    kind
        One of `KINDS`.
    place
        Where it happened, such as a function and its line; one finding per kind and place is kept.
    detail
        The message, or the end of what the process printed.
    """

    kind: str
    place: str
    detail: str

    @property
    def name(self) -> str:
        """A file name that is equal for findings of the same kind and place."""
        return f"{self.kind}-{hashlib.sha256(self.place.encode()).hexdigest()[:12]}"


def save_finding(folder: Path, finding: Finding, data: bytes) -> None:
    """Save a finding and its input, unless one of the same kind and place is there."""
    path = folder / f"{finding.name}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".bin").write_bytes(data)
        path.write_text(json.dumps(asdict(finding)), "utf-8")


def load_findings(folder: Path) -> dict[Path, Finding]:
    """Return the findings of a folder by the path of their input."""
    return {
        path.with_suffix(".bin"): Finding(**json.loads(path.read_text("utf-8")))
        for path in sorted(folder.glob("*.json"))
    }


def describe_exception(error: BaseException) -> Finding:
    """Describe an unexpected exception by the innermost line of inkdigits that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "inkdigits" in Path(frame.filename).parts] or frames
    last = own[-1]
    place = f"{type(error).__name__} in {Path(last.filename).name}:{last.name}, line {last.lineno}"
    return Finding("exception", place, " ".join(str(error).split())[:300])
