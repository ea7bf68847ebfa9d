"""The inputs that Hypothesis makes, and the lines that are counted."""

import types
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import lines
from fuzz.engines import mutated_inputs
from fuzz.lines import LineCoverage
from fuzz.targets.target import Target

TARGET = Target(lambda data: None, lambda: [], tokens=(b"token",), max_bytes=40)


@settings(max_examples=300)
@given(st.data())
def test_mutations_change_inputs_and_keep_to_the_size(data: st.DataObject) -> None:
    drawn = data.draw(mutated_inputs((b"one", b"x" * 39), TARGET))
    assert isinstance(drawn, bytes)
    assert len(drawn) <= TARGET.max_bytes


def test_tokens_are_inserted() -> None:
    seen = []

    @settings(max_examples=300)
    @given(mutated_inputs((b"one",), TARGET))
    def collect(drawn: bytes) -> None:
        seen.append(drawn)

    collect()
    assert any(b"token" in each for each in seen)
    assert len(set(seen)) > 100


def test_executed_lines_of_a_folder_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "counted.py"
    path.write_text("def count(flag):\n    if flag:\n        return 1\n    return 2\n")
    module = types.ModuleType("counted")
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    counted = LineCoverage(str(tmp_path))
    with counted.collect():
        module.count(True)
    assert counted.lines == {(str(path), 2), (str(path), 3)}
    with counted.collect():
        module.count(False)
        assert lines.__name__ == "fuzz.lines"
    assert counted.lines == {(str(path), 2), (str(path), 3), (str(path), 4)}
