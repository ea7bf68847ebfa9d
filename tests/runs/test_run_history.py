"""The history of a run: what is written is read again, and damaged files are errors of one line."""

from pathlib import Path

import pytest

from inkdigits.errors import RunError
from inkdigits.runs.run_history import HISTORY_COLUMNS, read_history, write_history


def test_rows_are_read_as_they_were_written_with_empty_cells_for_what_was_not_measured(
    tmp_path: Path,
) -> None:
    write_history(tmp_path, [{"loss": "0.5", "epoch": "1"}, {"epoch": "2", "val_loss": "0.25"}])
    assert (tmp_path / "history.csv").read_text() == (
        "epoch,seconds,learning_rate,loss,accuracy,val_loss,val_accuracy\n1,,,0.5,,,\n2,,,,,0.25,\n"
    )
    empty = dict.fromkeys(HISTORY_COLUMNS, "")
    assert read_history(tmp_path) == [
        {**empty, "epoch": "1", "loss": "0.5"},
        {**empty, "epoch": "2", "val_loss": "0.25"},
    ]


def test_a_missing_history_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"history\.csv is missing; train the run again$"):
        read_history(tmp_path)


@pytest.mark.parametrize("content", [b"epoch\n\xff\n", b'epoch\n"' + b"1" * 200_000])
def test_a_damaged_history_is_an_error_of_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "history.csv").write_bytes(content)
    with pytest.raises(RunError, match=r"history\.csv is damaged \(.*\); train the run again$"):
        read_history(tmp_path)
