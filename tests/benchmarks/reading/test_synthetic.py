"""Rows of the reading benchmark that are measured again are added to those of the same pictures, and to no others."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.reading import synthetic as reading


def results(rows: dict[str, Any], digest: str = "a", missing: dict[str, str] | None = None) -> dict[str, Any]:
    same = {"split": "final", "seed": 1, "generator_sha256": digest, "model": "default", "machine": {}}
    return {**same, "fonts": [], "rows": rows, "timings": {}, "not_measured": missing or {}}


def test_a_row_measured_anew_replaces_its_old_figure_and_no_other(tmp_path: Path) -> None:
    out = tmp_path / "reading.json"
    out.write_text(json.dumps(results({"boxes": 1, "screens": 2}, missing={"letters": "no fonts"})))
    merged = reading.merge_results(results({"letters": 4, "screens": 3}), out)
    assert merged["rows"] == {"screens": 3, "boxes": 1, "letters": 4}
    assert list(merged["rows"]) == ["screens", "boxes", "letters"]  # in the benchmark's order
    assert merged["not_measured"] == {}


def test_rows_of_other_pictures_are_not_mixed(tmp_path: Path) -> None:
    out = tmp_path / "reading.json"
    out.write_text(json.dumps(results({"boxes": 1})))
    with pytest.raises(SystemExit, match="other pictures"):
        reading.merge_results(results({"screens": 3}, digest="b"), out)


def test_without_a_file_there_is_nothing_to_add_to(tmp_path: Path) -> None:
    alone = results({"screens": 3})
    assert reading.merge_results(alone, tmp_path / "new.json") == alone
