"""What counts as a finding, and what is kept of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fuzz import execution
from fuzz.execution import Executor, MemoryExceededError
from fuzz.finding import load_findings
from fuzz.record import Record
from fuzz.targets.target import Target
from inkdigits.errors import DataError, ModelError


def run_once(folder: Path, run: Callable[[bytes], None], data: bytes = b"input") -> list[tuple[str, str]]:
    """Execute an input; return kind and place of the findings."""
    target = Target(run, lambda: [], refusals=(DataError,))
    record = Record(folder / "record")
    executor = Executor(target, record, folder / "findings")
    executor.execute(data)
    assert (record.n_inputs, record.seconds, record.data) == (1, 0.0, data)
    found = load_findings(folder / "findings")
    assert all(path.read_bytes() == data for path in found)
    return [(each.kind, each.place) for each in found.values()]


def raise_error(error: BaseException) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        raise error

    return run


def test_a_refusal_in_one_line_is_expected(tmp_path: Path) -> None:
    assert run_once(tmp_path, raise_error(DataError("it is damaged"))) == []


@pytest.mark.parametrize(
    "error", [KeyError("x"), ModelError("another class"), SystemExit(0), RecursionError()]
)
def test_every_other_exception_is_a_finding(tmp_path: Path, error: BaseException) -> None:
    ((kind, place),) = run_once(tmp_path, raise_error(error))
    assert kind == "exception"
    assert type(error).__name__ in place


def test_a_message_of_several_lines_is_a_finding(tmp_path: Path) -> None:
    error = DataError("")
    error.args = ("two\nlines",)
    assert run_once(tmp_path, raise_error(error)) == [("exception", "an error message is not one line")]


def test_a_refusal_because_of_a_failed_allocation_is_a_finding(tmp_path: Path) -> None:
    def run(data: bytes) -> None:
        try:
            raise MemoryError
        except MemoryError as error:
            raise DataError("it is damaged") from error

    assert run_once(tmp_path, run) == [("memory", "an allocation failed")]


def test_the_peak_of_one_input_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "MAX_MEGABYTES", 20)
    peaks = iter([100 << 20, 200 << 20])
    monkeypatch.setattr(execution, "_measure_peak_bytes", lambda: next(peaks))
    monkeypatch.setattr(execution, "_measure_resident_bytes", lambda: 100 << 20)
    with pytest.raises(MemoryExceededError):
        run_once(tmp_path, lambda data: None)
    ((_, finding),) = load_findings(tmp_path / "findings").items()
    assert (finding.kind, finding.detail) == ("memory", "100 MB for one input")


def test_an_input_that_leaks_is_told_from_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "MAX_GROWTH_MEGABYTES", 8)
    kept: list[int] = []
    # What other parts of the process allocate meanwhile must not matter.
    monkeypatch.setattr(execution, "_measure_heap_bytes", lambda: 50 * 2**20 + sum(kept))

    def run(data: bytes) -> None:
        if data == b"leak" or (data == b"cache" and not kept):
            kept.append((1 if data == b"leak" else 20) * 2**20)

    executor = Executor(Target(run, lambda: []), Record(tmp_path / "record"), tmp_path / "findings")
    for _ in range(20):
        executor.execute(b"cache")
        executor.execute(b"harmless")
    assert load_findings(tmp_path / "findings") == {}
    with pytest.raises(MemoryExceededError):
        list(map(executor.execute, [b"leak"] * 20))
    ((path, finding),) = load_findings(tmp_path / "findings").items()
    assert (finding.kind, path.read_bytes()) == ("leak", b"leak")


def test_memory_of_the_heap_is_counted() -> None:
    before = execution._measure_heap_bytes()
    kept = bytearray(b"x" * (64 * 2**20))
    assert 60 * 2**20 < execution._measure_heap_bytes() - before < 100 * 2**20
    del kept
    assert execution._measure_heap_bytes() - before < 40 * 2**20
