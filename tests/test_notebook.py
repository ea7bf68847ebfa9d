"""The notebook runs from end to end, and is committed as it ran."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "handwritten_digits.ipynb"


@pytest.fixture(scope="module")
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook: nbformat.NotebookNode) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_of(notebook: nbformat.NotebookNode) -> str:
    """Return what the cells printed."""
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


@pytest.mark.slow
def test_it_runs_on_a_small_subset(
    notebook: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKDIGITS_NOTEBOOK_IMAGES", "800")
    ran = nbformat.from_dict(notebook)
    # Quiet on purpose: a kernel says on which port it listens.
    NotebookClient(
        ran, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    (run,) = (tmp_path / "runs").iterdir()
    assert (run / "report.pdf").exists()
    assert "(800, 28, 28)" in text_of(ran)
    assert not [o for cell in code_cells(ran) for o in cell.outputs if o.output_type == "error"]


def test_it_is_committed_as_it_ran_from_top_to_bottom(notebook: nbformat.NotebookNode) -> None:
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    drawn = [o for cell in cells for o in cell.outputs if "image/png" in o.get("data", {})]
    assert len(drawn) >= 6
    kinds = {o.output_type for cell in cells for o in cell.outputs}
    assert "error" not in kinds
    assert "stderr" not in {o.get("name") for cell in cells for o in cell.outputs}


def test_its_outputs_are_those_of_the_whole_mnist(notebook: nbformat.NotebookNode) -> None:
    text = text_of(notebook)
    assert "(60000, 28, 28)" in text
    accuracy = re.search(r"^accuracy  ([\d.]+)%", text, re.MULTILINE)
    assert accuracy is not None
    assert float(accuracy[1]) > 99


def test_it_tells_nothing_of_the_machine_it_ran_on(notebook: nbformat.NotebookNode) -> None:
    told = [
        str(o) for cell in code_cells(notebook) for o in cell.outputs if "image/png" not in o.get("data", {})
    ]
    assert not re.search(r"/(home|root|tmp|Users|usr|work)/", "\n".join(told))
    assert NOTEBOOK.stat().st_size < 1_000_000


def test_the_network_in_it_is_the_one_of_the_recipes(notebook: nbformat.NotebookNode) -> None:
    import keras

    from inkdigits.training.networks.classifiers import classic

    (source,) = (cell.source for cell in code_cells(notebook) if "Sequential(" in cell.source)
    names = {"Sequential": keras.Sequential, "Input": keras.Input, "layers": keras.layers}
    exec(source.replace("network.summary()", ""), names)
    shown = names["network"]
    told = [(type(layer), layer.output.shape, layer.count_params()) for layer in shown.layers]
    assert told == [(type(layer), layer.output.shape, layer.count_params()) for layer in classic().layers]
