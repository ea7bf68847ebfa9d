"""Read a model file once, and check it: an engine gets the same bytes that were checked."""

from dataclasses import dataclass
from pathlib import Path

from inkdigits.errors import ModelError
from inkdigits.files.limits import MAX_MODEL_BYTES
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.model_files.card import read_card
from inkdigits.recognition.model_files.check import check_model
from inkdigits.recognition.model_files.kinds import ModelKind
from inkdigits.recognition.model_files.pins import check_pinned_digest


@dataclass(frozen=True)
class ModelFile:
    """A model file that has passed the check.

    Attributes
    ----------
    path
        The file, for messages.
    content
        Its bytes.
    outputs
        Names of its outputs.
    card
        Its model card; if it has none, a card with only its name.
    """

    path: Path
    content: bytes
    outputs: tuple[str, ...]
    card: ModelCard


def read_model_file(path: Path, kind: ModelKind | None) -> ModelFile:
    """Read and check a model file.

    Parameters
    ----------
    path
        The ``.onnx`` file.
    kind
        The inputs and outputs that it must have; None for any.

    Returns
    -------
    ModelFile

    Raises
    ------
    ModelError
        If the file is missing, too large or damaged, is not allowed by `check_model`, or is a shipped model with
        another digest than the pinned one.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_MODEL_BYTES + 1)
    except (OSError, ValueError) as error:  # a null byte in the name raises ValueError
        raise ModelError(
            f"expected an .onnx file, but the model {path} cannot be read: "
            f"{getattr(error, 'strerror', None) or error}"
        ) from error
    check_pinned_digest(path, content)
    graph = check_model(content, str(path), kind)
    outputs = tuple(value.name for value in graph.outputs)
    return ModelFile(path, content, outputs, read_card(graph.metadata, path.stem, str(path)))
