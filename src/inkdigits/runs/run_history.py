"""The history of a run, ``history.csv``: one row for each epoch."""

import csv
from pathlib import Path

from inkdigits.errors import RunError
from inkdigits.files.storage import write_text
from inkdigits.runs.run_directory import HISTORY, damaged_file

HISTORY_COLUMNS = ("epoch", "seconds", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy")
"""The columns. ``seconds`` is the duration of the epoch; a metric that was not measured is an empty cell."""


def write_history(run: Path, rows: list[dict[str, str]]) -> None:
    """Write the rows of a run's history, the cells as text by column.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    lines = [",".join(HISTORY_COLUMNS), *(",".join(r.get(c, "") for c in HISTORY_COLUMNS) for r in rows)]
    write_text(run / HISTORY, "\n".join(lines) + "\n")


def read_history(run: Path) -> list[dict[str, str]]:
    """Return the rows of a run's history, the cells as text by column.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    path = run / HISTORY
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise RunError(f"{run} is not a finished run: {HISTORY} is missing; train the run again") from error
    except (ValueError, csv.Error) as error:
        raise damaged_file(path, error) from error
