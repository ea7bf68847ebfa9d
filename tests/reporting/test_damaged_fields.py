"""Whatever field of a run's files is missing or of another type: a report, or one line that names the file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inkdigits.errors import RunError
from inkdigits.reporting import write_report
from inkdigits.reporting.content import build_document
from inkdigits.reporting.html import render_html
from inkdigits.reporting.run import Run

pytestmark = pytest.mark.slow

MakeRun = Callable[..., Path]
FILES = ("config.json", "environment.json", "evaluation.json")
DROPPED = object()
OTHERS = [
    DROPPED, None, True, -1, 0, 2, 0.5, 10**9, 10**400, 1e308, float("nan"), float("inf"),
    "", "text", "\ud800", "<b>&{} #x\n", [], {}, [1], {"a": 1}, [[[]]],
]  # fmt: skip
CELLS = ["", "nan", "inf", "-1", "1e308", "x", "\0", '"', "1,2", "é", "1\n2"]
WRONG_FIELDS = [
    ("evaluation.json", ("per_class", 3), DROPPED),
    ("evaluation.json", ("mistakes", 0, "index"), 10**6),
    ("evaluation.json", ("confusion_matrix", 0, 0), 3),
    ("environment.json", ("seconds", "training"), float("nan")),
    ("environment.json", ("machine", "memory_gib"), "24"),
    ("config.json", ("data", "n_train"), "60000"),
    ("config.json", ("layers", 0, "type"), 7),
]
"""Unchecked, each of these ends in a traceback, or in a report of figures that cannot be."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, fabricate: MakeRun) -> Path:
    return fabricate(tmp_path_factory.mktemp("damaged") / "run", n_test=200, threshold=0.7)


def places(content: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where every value stands, the first and the last alone of each list."""
    yield place
    if isinstance(content, dict):
        named = list(content.items())
    else:
        named = list(enumerate(content)) if isinstance(content, list) else []
        named = named[:1] + named[1:][-1:]
    for key, inner in named:
        yield from places(inner, (*place, key))


def changed(content: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """Return the content with another value at one place, or without it."""
    if not place:
        return None if value is DROPPED else value
    around = content
    for key in place[:-1]:
        around = around[key]
    if value is DROPPED:
        del around[place[-1]]
    else:
        around[place[-1]] = value
    return content


def renders_or_is_refused(run: Path, name: str, text: str) -> None:
    """All words of the report are made; its figures are drawn from values that the words need too."""
    path = run / name
    whole = path.read_bytes()
    path.write_text(text, "utf-8", newline="")
    told = f"{name}, which was taken"
    try:
        document = build_document(Run.load(run))
        drawn = {block.name: b"" for block in document.blocks() if block.kind == "figure"}
        render_html(document, drawn).encode()
    except RunError as error:
        told = str(error)
    finally:
        path.write_bytes(whole)
    assert name in told
    assert "\n" not in told


@settings(max_examples=200)
@given(st.data())
def test_a_json_file_with_a_wrong_field(run: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    content = json.loads((run / name).read_text("utf-8"))
    place = data.draw(st.sampled_from(list(places(content))))
    value = data.draw(st.sampled_from(OTHERS))
    renders_or_is_refused(run, name, json.dumps(changed(content, place, value)))


@settings(max_examples=40)
@given(st.integers(0, 6), st.integers(0, 6), st.sampled_from(CELLS))
@example(row=0, column=0, cell='"')
@example(row=2, column=3, cell="\0")
def test_a_history_with_a_wrong_cell(run: Path, row: int, column: int, cell: str) -> None:
    rows = [line.split(",") for line in (run / "history.csv").read_text("utf-8").splitlines()]
    rows[row][column] = cell
    renders_or_is_refused(run, "history.csv", "\n".join(map(",".join, rows)))


@pytest.mark.parametrize(("name", "place", "value"), WRONG_FIELDS)
def test_what_is_wrong_is_told_with_its_place(
    run: Path, name: str, place: tuple[str | int, ...], value: Any
) -> None:
    path = run / name
    whole = path.read_bytes()
    path.write_text(json.dumps(changed(json.loads(whole), place, value)), "utf-8")
    try:
        with pytest.raises(RunError, match=f"{name} is damaged") as caught:
            write_report(run)
    finally:
        path.write_bytes(whole)
    assert "\n" not in str(caught.value)
    assert not (run / "report.html").exists()


def test_an_evaluation_that_accepts_nothing_has_no_error_to_tell(make_run: MakeRun) -> None:
    run = make_run(n_test=200, threshold=0.9999)
    content = json.loads((run / "evaluation.json").read_text("utf-8"))
    content.update(coverage=0.0, accepted_error=None)
    (run / "evaluation.json").write_text(json.dumps(content), "utf-8")
    write_report(run)
    assert "With the confidence threshold 0.9999 no prediction is accepted." in (
        run / "report.html"
    ).read_text("utf-8")
