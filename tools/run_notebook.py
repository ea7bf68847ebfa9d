"""Runs the notebook and keeps its outputs, without what belongs to one machine or one moment.

python tools/run_notebook.py
"""

import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "handwritten_digits.ipynb"


def main() -> None:
    """Execute the notebook in a folder of its own and write it back."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
        ).execute()
    clean(notebook)
    nbformat.validate(notebook)
    temporary = NOTEBOOK.with_suffix(".part")
    nbformat.write(notebook, temporary)
    shutil.move(temporary, NOTEBOOK)
    print(f"Wrote {NOTEBOOK.relative_to(ROOT)} ({NOTEBOOK.stat().st_size / 1024:.0f} KiB)", file=sys.stderr)


def clean(notebook: nbformat.NotebookNode) -> None:
    """Leave out warnings and logs, and the versions of the machine's own Python."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]


if __name__ == "__main__":
    main()
