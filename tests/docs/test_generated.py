"""The generated parts of the documents are up to date, and the check finds what is not."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.documents import ROOT

GENERATE = ROOT / "tools" / "generate_docs.py"


def generate(tool: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(tool), *arguments], capture_output=True, text=True, timeout=120
    )


@pytest.mark.slow
def test_generated_parts_are_up_to_date() -> None:
    done = generate(GENERATE, "--check")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """All that the generator reads and writes, to be changed."""
    for name in ("tools", "docs", "benchmarks/results", "samples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def reading_results(right: dict[str, list[bool]], letters: float) -> dict[str, object]:
    """A result file of the reading benchmark, which lists two failures a row at most."""
    rows = {
        name: {
            "title": name,
            "n": len(each),
            "n_right": sum(each),
            "failures": [{"index": index} for index, one in enumerate(each) if not one][:2],
        }
        for name, each in right.items()
    }
    rows["letters"] = {
        "title": "letters",
        "n": 9,
        "n_right": 1,
        "accuracy": letters,
        "digits": {},
        "failures": [],
    }
    return {"split": "final", "seed": 1, "generator_sha256": "a", "rows": rows}


def test_readings_are_compared_where_both_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    from documents import tables

    # Of the first file three failures, of which two are listed: nothing is known beyond the second, picture 2.
    first = reading_results({"boxes": [False, True, False, True, False]}, 0.25)
    second = reading_results({"boxes": [True, True, False, True]}, 0.75)
    for name, content in (("a", first), ("b", second)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    _, _, boxes, letters = tables.reading_compared(
        tmp_path / "a.json", {"b": tmp_path / "b.json"}
    ).splitlines()
    assert boxes == "| boxes | 3 | 33.3% | 66.7% |"
    assert letters == "| letters | 9 | 25.0% | 75.0% |"

    (tmp_path / "b.json").write_text(json.dumps({**second, "generator_sha256": "b"}))
    with pytest.raises(LookupError, match="the very same pictures"):
        tables.reading_compared(tmp_path / "a.json", {"b": tmp_path / "b.json"})
    with pytest.raises(LookupError, match=r"c\.json is missing"):
        tables.reading_compared(tmp_path / "a.json", {"c": tmp_path / "c.json"})


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["README.md", "docs/results/results.md", "docs/reference/api.md", "docs/explanation/recipes.md"],
)
def test_the_check_reports_what_is_not_up_to_date(name: str, copy: Path) -> None:
    before = (copy / name).read_text("utf-8")
    changed = re.sub(r"99\.\d\d%|Learning rate", "other", before)
    (copy / name).write_text(changed, "utf-8")
    done = generate(copy / "tools" / "generate_docs.py", "--check")
    assert done.returncode == 1
    assert f"{name} is not up to date" in done.stderr
    assert (copy / name).read_text("utf-8") == changed
    assert generate(copy / "tools" / "generate_docs.py").returncode == 0
    assert (copy / name).read_text("utf-8").count("other") < changed.count("other")
